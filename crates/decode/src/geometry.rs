//! Rectangles on a page.
//!
//! Everything that is found on a page is a [`Rect`] in *prepared-page pixels*: square pixels, upright,
//! deskewed, origin at the top left. Edges are half-open, so that `right - left` is the width.

use serde::{Deserialize, Serialize};

/// A half-open rectangle, in pixels: `left..right` by `top..bottom`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Edges")]
pub struct Rect {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

/// A rectangle as it was stored or sent: edges that no page has would overflow the arithmetic of whoever believes them.
#[derive(Deserialize)]
struct Edges {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl TryFrom<Edges> for Rect {
    type Error = &'static str;

    fn try_from(Edges { left, top, right, bottom }: Edges) -> Result<Self, Self::Error> {
        const FARTHEST: i32 = 100_000_000;
        let on_a_page = |edge: i32| (-FARTHEST..=FARTHEST).contains(&edge);
        if [left, top, right, bottom].into_iter().all(on_a_page) {
            Ok(Self { left, top, right, bottom })
        } else {
            Err("a box that lies on no page")
        }
    }
}

impl Rect {
    /// A rectangle from its edges; an inverted pair of edges gives an empty rectangle.
    pub const fn new(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self { left, top, right, bottom }
    }

    pub const fn width(&self) -> i32 {
        if self.right > self.left { self.right - self.left } else { 0 }
    }

    pub const fn height(&self) -> i32 {
        if self.bottom > self.top { self.bottom - self.top } else { 0 }
    }

    pub const fn area(&self) -> i64 {
        self.width() as i64 * self.height() as i64
    }

    pub const fn is_empty(&self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    pub const fn center_x(&self) -> i32 {
        (self.left + self.right) / 2
    }

    pub const fn center_y(&self) -> i32 {
        (self.top + self.bottom) / 2
    }

    pub const fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.left && x < self.right && y >= self.top && y < self.bottom
    }

    /// Whether the centre of `other` lies inside.
    pub const fn holds(&self, other: &Rect) -> bool {
        self.contains(other.center_x(), other.center_y())
    }

    pub fn union(&self, other: &Rect) -> Rect {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Rect::new(
            self.left.min(other.left),
            self.top.min(other.top),
            self.right.max(other.right),
            self.bottom.max(other.bottom),
        )
    }

    pub fn intersect(&self, other: &Rect) -> Rect {
        Rect::new(
            self.left.max(other.left),
            self.top.max(other.top),
            self.right.min(other.right),
            self.bottom.min(other.bottom),
        )
    }

    /// Pixels that the horizontal extents share.
    pub fn overlap_x(&self, other: &Rect) -> i32 {
        (self.right.min(other.right) - self.left.max(other.left)).max(0)
    }

    /// Whether `other` stands in the same row, right of it.
    pub fn leads_to(&self, other: &Rect) -> bool {
        self.right <= other.left && self.shares_row(other)
    }

    /// Whether more than half of the lower one's height is shared.
    pub fn shares_row(&self, other: &Rect) -> bool {
        self.overlap_y(other) * 2 > self.height().min(other.height())
    }

    /// Pixels that the vertical extents share.
    pub fn overlap_y(&self, other: &Rect) -> i32 {
        (self.bottom.min(other.bottom) - self.top.max(other.top)).max(0)
    }

    /// Grown by `dx` to either side and `dy` up and down; negative values shrink.
    pub const fn inflate(&self, dx: i32, dy: i32) -> Rect {
        Rect::new(self.left - dx, self.top - dy, self.right + dx, self.bottom + dy)
    }

    pub const fn translate(&self, dx: i32, dy: i32) -> Rect {
        Rect::new(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)
    }

    /// The smallest rectangle around all of `rects`, or `None` when there are none.
    pub fn bounding<'a>(rects: impl IntoIterator<Item = &'a Rect>) -> Option<Rect> {
        rects.into_iter().copied().reduce(|a, b| a.union(&b))
    }
}
