//! Pictures of pages: what `explain --images` draws, and what a run keeps for the report.

#![cfg(debug_assertions)]

use std::fs;
use std::path::Path;

use crate::place::{Place, faxtriage, said};

/// Names in a folder, sorted; none when there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = listing.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn explain_draws_each_page_that_could_be_read() {
    let place = Place::new();
    let fax = place.fax("a.fax", "pages=3\n2 broken");
    let folder = place.path().join("pictures");
    let mut explain = faxtriage();
    explain.arg("explain").arg(&fax).args(["--made-up", "--no-second-reader", "--images"]).arg(&folder);
    let output = explain.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(names(&folder), ["page-001.png", "page-003.png"]);
    let page = image::open(folder.join("page-003.png")).unwrap().to_rgb8();
    assert_eq!(page.dimensions(), (1728, 2200));
    assert_eq!(page.get_pixel(190, 200).0, [70, 70, 70], "the third bar of page 3");
    let kind = (0..400).flat_map(|x| (0..20).map(move |y| (x, y))).any(|(x, y)| page.get_pixel(x, y).0 == [0, 90, 200]);
    assert!(kind, "the kind of the page stands at its top");
    #[cfg(unix)]
    assert_eq!((mode(&folder), mode(&folder.join("page-001.png"))), (0o700, 0o600));
}

#[cfg(unix)]
#[test]
fn a_folder_that_was_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let fax = place.fax("a.fax", "pages=1");
    let folder = place.path().join("pictures");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let mut explain = faxtriage();
    explain.arg("explain").arg(&fax).args(["--made-up", "--no-second-reader", "--images"]).arg(&folder);
    explain.assert().code(0);
    assert_eq!(mode(&folder), 0o755);
}

#[test]
fn a_run_keeps_the_pixels_of_each_page_and_lists_their_hashes() {
    let place = Place::new();
    place.fax("Jane_Roe.fax", "pages=2");
    place.fax("b.fax", "pages=2\n1 broken");
    place.run().assert().code(1);
    let kept = names(&place.out().join("images"));
    assert_eq!(kept.len(), 3, "the page that broke has no picture: {kept:?}");
    assert!(!kept.iter().any(|name| name.contains("Jane")), "{kept:?}");
    let outputs = place.record()["outputs"].as_object().unwrap().clone();
    assert!(kept.iter().all(|name| outputs.contains_key(&format!("images/{name}"))), "{outputs:?}");

    let without = Place::new();
    without.fax("a.fax", "pages=1");
    without.run().arg("--no-images").assert().code(0);
    assert!(!without.out().join("images").exists());
}

#[test]
fn an_audit_notices_a_picture_that_was_changed_or_removed() {
    let place = Place::new();
    place.fax("a.fax", "pages=2");
    place.run().assert().code(0);
    let kept = names(&place.out().join("images"));
    fs::write(place.out().join("images").join(&kept[0]), "other").unwrap();
    fs::remove_file(place.out().join("images").join(&kept[1])).unwrap();
    let audit =
        faxtriage().args(["audit", "--made-up"]).arg(place.out()).arg("--inbox").arg(place.inbox()).output().unwrap();
    assert_eq!(audit.status.code(), Some(3), "{}", said(&audit));
    let found = fs::read_to_string(place.out().join("audit.csv")).unwrap();
    assert!(kept.iter().all(|name| found.contains(name)), "{found}");
    assert!(found.contains("not there"), "{found}");
}

#[test]
fn a_fax_that_left_takes_its_pictures_with_it() {
    let place = Place::new();
    place.fax("a.fax", "pages=2");
    place.fax("b.fax", "pages=1");
    place.run().assert().code(0);
    // The folder as an interrupted run leaves it.
    fs::remove_file(place.out().join("run.json")).unwrap();
    fs::remove_file(place.inbox().join("a.fax")).unwrap();
    place.run().assert().code(0);
    assert_eq!(names(&place.out().join("images")).len(), 1);
}

#[test]
fn the_surest_errors_can_be_looked_at() {
    let place = Place::new();
    place.fax("a.fax", "pages=1\n1 form");
    place.run().assert().code(0);
    let truth = place.path().join("truth.csv");
    fs::write(&truth, "source_file,pages,member_name,provider_npi\na.fax,1,Somebody Else,\n").unwrap();
    let folder = place.path().join("wrong");
    let mut score = faxtriage();
    score.arg("score").arg(place.out()).arg(&truth).args(["--calibration", "--crops"]).arg(&folder);
    let output = score.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let crops = names(&folder);
    assert!(crops.iter().any(|name| name.contains("-member_name-") && name.ends_with("-p1.png")), "{crops:?}");
    let picture = image::open(folder.join(&crops[0])).unwrap().to_luma8();
    assert!(picture.width() > 300 && picture.pixels().any(|pixel| pixel.0[0] == 0), "the ink of the field");
    #[cfg(unix)]
    assert_eq!((mode(&folder), mode(&folder.join(&crops[0]))), (0o700, 0o600));
}
