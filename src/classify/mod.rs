//! What kind of page: form, letter, cover, attachment, blank, another plan's, junk.
