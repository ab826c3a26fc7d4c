//! Stories told through the real command line; one module for each part of the program.

mod place;
mod run;
mod worker;
