//! Connected ink: what hangs together, found run by run.
//!
//! Everything that looks for shapes on a page ([`super::lines`], [`super::marks`], specks, rulings) starts from
//! these components. Two pixels hang together when they touch, corners included.

use super::Bitmap;
use crate::geometry::Rect;

/// A piece of connected ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The smallest rectangle around it.
    pub rect: Rect,
    /// Its pixels.
    pub ink: u32,
}

/// A horizontal run of ink, and the component it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub y: i32,
    pub left: i32,
    pub right: i32,
    /// Index into [`Labelled::components`].
    pub component: u32,
}

/// Components with the runs they are made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Labelled {
    /// In order of their first pixel, top to bottom.
    pub components: Vec<Component>,
    /// In order of `y`, then `left`.
    pub runs: Vec<Run>,
}

/// The 8-connected components of the ink inside `zone` (clipped to the page), sorted by top, then left.
/// Ink that goes on outside the zone is cut at its edge.
pub fn components(bitmap: &Bitmap, zone: &Rect) -> Vec<Component> {
    let mut found = label(bitmap, zone).components;
    found.sort_by_key(|c| (c.rect.top, c.rect.left, c.rect.right, c.rect.bottom));
    found
}

/// Labels the ink inside `zone` with union-find over runs: one pass over the words, one over the runs.
pub(super) fn label(bitmap: &Bitmap, zone: &Rect) -> Labelled {
    let zone = zone.intersect(&bitmap.bounds());
    if zone.is_empty() {
        return Labelled::default();
    }
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<u32> = Vec::new();
    let mut above = 0..0;
    for y in zone.top..zone.bottom {
        let start = runs.len();
        bitmap.for_runs(y as u32, zone.left, zone.right, |left, right| {
            runs.push(Run { y, left, right, component: 0 });
        });
        let (known, row) = runs.split_at_mut(start);
        let mut over = &known[above];
        for run in row.iter_mut() {
            while let [first, rest @ ..] = over
                && first.right < run.left
            {
                over = rest;
            }
            let mut label: Option<u32> = None;
            for touching in over.iter().take_while(|touching| touching.left <= run.right) {
                let other = root(&mut parents, touching.component);
                label = Some(match label {
                    None => other,
                    Some(own) => join(&mut parents, own, other),
                });
            }
            run.component = label.unwrap_or_else(|| {
                let fresh = parents.len() as u32;
                parents.push(fresh);
                fresh
            });
        }
        above = start..runs.len();
    }
    collect(runs, parents)
}

/// Numbers the roots in order of their first run and sums up their runs.
fn collect(mut runs: Vec<Run>, mut parents: Vec<u32>) -> Labelled {
    let mut number = vec![u32::MAX; parents.len()];
    let mut components: Vec<Component> = Vec::new();
    for run in &mut runs {
        let root = root(&mut parents, run.component) as usize;
        let rect = Rect::new(run.left, run.y, run.right, run.y + 1);
        let ink = (run.right - run.left) as u32;
        if number[root] == u32::MAX {
            number[root] = components.len() as u32;
            components.push(Component { rect, ink });
        } else {
            let component = &mut components[number[root] as usize];
            // Runs come from the top, and none is empty.
            let own = &mut component.rect;
            *own = Rect::new(own.left.min(rect.left), own.top, own.right.max(rect.right), rect.bottom);
            component.ink += ink;
        }
        run.component = number[root];
    }
    Labelled { components, runs }
}

fn root(parents: &mut [u32], label: u32) -> u32 {
    let mut label = label;
    while parents[label as usize] != label {
        let grandparent = parents[parents[label as usize] as usize];
        parents[label as usize] = grandparent;
        label = grandparent;
    }
    label
}

fn join(parents: &mut [u32], a: u32, b: u32) -> u32 {
    let (low, high) = (a.min(b), a.max(b));
    parents[high as usize] = low;
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> Bitmap {
        let mut page = Bitmap::new(rows[0].len() as u32, rows.len() as u32);
        for (y, row) in rows.iter().enumerate() {
            for (x, pixel) in row.bytes().enumerate() {
                page.set(x as i32, y as i32, pixel == b'#');
            }
        }
        page
    }

    #[test]
    fn corners_connect_and_arms_join_late() {
        let page = drawn(&[
            "#...#....", //
            "#...#..#.",
            ".###....#",
            ".........",
            "....#....",
        ]);
        let found = components(&page, &page.bounds());
        assert_eq!(
            found,
            [
                Component { rect: Rect::new(0, 0, 5, 3), ink: 7 },
                Component { rect: Rect::new(7, 1, 9, 3), ink: 2 },
                Component { rect: Rect::new(4, 4, 5, 5), ink: 1 },
            ]
        );
    }

    #[test]
    fn a_zone_cuts_what_goes_on_outside() {
        let page = drawn(&["#########", "#.......#", "#########"]);
        let found = components(&page, &Rect::new(2, -5, 5, 50));
        assert_eq!(found.iter().map(|c| c.rect).collect::<Vec<_>>(), [Rect::new(2, 0, 5, 1), Rect::new(2, 2, 5, 3)]);
        assert_eq!(components(&page, &Rect::new(3, 1, 3, 9)), []);
    }

    #[test]
    fn a_spiral_is_one_piece() {
        let page = drawn(&["#######", "......#", "#####.#", "#...#.#", "#.###.#", "#.....#", "#######"]);
        assert_eq!(components(&page, &page.bounds()).len(), 1);
    }
}
