//! The order of a PDF's pages, where the page tree and the parser disagree.
//!
//! The parser visits each object once and takes whatever a `Kids` array holds for a page. A tree may name a page twice,
//! and then it is two pages; it may name a font, and then it is none.

use std::collections::BTreeMap;

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::dict::keys::{ANNOTS, CONTENTS, KIDS, MEDIA_BOX, PAGES, PARENT, RESOURCES, TYPE};
use hayro::hayro_syntax::object::{Array, Dict, Name, ObjectIdentifier};

/// Page trees are balanced; a deeper one is a loop.
const DEEPEST: usize = 64;

/// For each page of the document its place in the parser's list; up to one more than `most`.
pub(super) fn order(pdf: &Pdf, most: usize) -> Vec<usize> {
    let parsed = pdf.pages();
    let as_parsed = || (0..parsed.len()).collect();
    let places: Option<BTreeMap<ObjectIdentifier, usize>> =
        parsed.iter().enumerate().map(|(place, page)| Some((page.raw().obj_id()?, place))).collect();
    // Pages that are no objects of their own cannot be told apart; the parser's order has to do.
    let Some(places) = places else { return as_parsed() };
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()).and_then(|catalog| catalog.get::<Dict<'_>>(PAGES));
    let Some(root) = root else { return as_parsed() };
    let mut order = Vec::new();
    walk(&root, &places, 0, most, &mut order);
    let walked_all = places.values().all(|place| order.contains(place) || !is_page(parsed[*place].raw()));
    if order.is_empty() || !walked_all { as_parsed() } else { order }
}

fn walk(
    node: &Dict<'_>,
    places: &BTreeMap<ObjectIdentifier, usize>,
    depth: usize,
    most: usize,
    order: &mut Vec<usize>,
) {
    let Some(kids) = node.get::<Array<'_>>(KIDS) else { return };
    for kid in kids.iter::<Dict<'_>>() {
        if order.len() > most {
            return;
        }
        if let Some(place) = kid.obj_id().and_then(|id| places.get(&id)) {
            if is_page(&kid) {
                order.push(*place);
            }
        } else if depth < DEEPEST {
            walk(&kid, places, depth + 1, most, order);
        }
    }
}

/// A page says so, or has something that only pages have.
fn is_page(dict: &Dict<'_>) -> bool {
    dict.get::<Name<'_>>(TYPE).is_some_and(|kind| kind.as_ref() == b"Page")
        || [CONTENTS, MEDIA_BOX, RESOURCES, PARENT, ANNOTS].iter().any(|key| dict.contains_key(key))
}
