//! Accuracy against truth, from the command line.

use std::fs;

use crate::place::{Place, faxtriage, said};

const QUEUE: &str = "request_id,status,source_file,pages,member_name,review_fields\r\n\
    a-1,complete,a.tif,1,Ana Roe,\r\nb-1,complete,b.tif,1,Ben Roe,\r\n";
const TRUTH: &str = "source_file,pages,status,member_name\na.tif,1,complete,Ana Roe\nb.tif,1,complete,Bea Roe\n";

#[test]
fn a_figure_below_its_minimum_ends_with_3() {
    let place = Place::new();
    fs::create_dir(place.out()).unwrap();
    fs::write(place.out().join("queue.csv"), QUEUE).unwrap();
    let truth = place.path().join("truth.csv");
    fs::write(&truth, TRUTH).unwrap();
    let score =
        |least: &str| faxtriage().arg("score").arg(place.out()).arg(&truth).args(["--min", least]).output().unwrap();

    let enough = score("field=0.5,found=1");
    assert_eq!(enough.status.code(), Some(0), "{}", said(&enough));
    let below = score("field=0.6");
    assert_eq!(below.status.code(), Some(3));
    assert!(said(&below).contains("field is 0.5000, below 0.6"), "{}", said(&below));
    assert_eq!(score("nonsense=0.5").status.code(), Some(2));
}
