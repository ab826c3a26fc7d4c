//! The built-in rule pack is part of the binary: a change of `rules/` rebuilds it, which `include_dir` alone does not see to.

#![allow(clippy::print_stdout, reason = "a build script speaks to cargo on stdout")]

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
}
