//! The built-in rule pack is part of the binary: a change of `rules/` rebuilds it, which `include_dir` alone does not see to. And the few
//! lines of C++ that reach what Tesseract's C interface lacks are compiled.

#![allow(clippy::print_stdout, reason = "a build script speaks to cargo on stdout")]

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/ocr/layout.cc");
    cc::Build::new().cpp(true).std("c++17").file("src/ocr/layout.cc").compile("faxtriage-layout");
}
