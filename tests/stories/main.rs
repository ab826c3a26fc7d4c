//! Stories told through the real command line; one module for each part of the program.

mod audit;
mod place;
mod rules;
mod run;
mod score;
mod worker;
