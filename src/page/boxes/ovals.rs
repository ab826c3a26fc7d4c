//! Ovals: bubbles that lie on their side, as answer sheets have them.

use super::super::PreparedPage;
use super::super::components::components;
use super::{ALONE, BoxShape, FORTY, MarkBox, Outline, SIDES, TWENTY_FOUR, rounded};
use crate::geometry::Rect;

/// How many times as wide as high an oval is, in tenths: rounder ones are circles, longer ones frames.
const LONG: std::ops::RangeInclusive<i32> = 13..=28;
/// Share of an oval's outline that shows at the least.
const SEEN: f32 = 0.85;

impl Outline {
    /// Pieces of ink that are an oval, whatever is written in it. A mark that leaves its oval hides its size: the group's usual one is
    /// fitted to it.
    pub(super) fn ovals(&self, page: &PreparedPage, middles: &Rect, found: &mut Vec<MarkBox>) {
        let (lowest, highest) = (self.inches(SIDES.0), self.inches(SIDES.1));
        let middles = middles.translate(self.zone.left, self.zone.top);
        let pieces = components(&page.shapes, &self.zone).into_iter().map(|piece| piece.rect);
        let fits = |r: &Rect| {
            (lowest..=highest).contains(&r.height())
                && LONG.contains(&(r.width() * 10 / r.height()))
                && middles.contains(r.center_x(), r.center_y())
        };
        found.extend(pieces.filter(fits).filter_map(|rect| {
            let quality = self.oval_quality(&rect);
            (quality >= 0.62).then_some(MarkBox { rect, shape: BoxShape::Oval, quality })
        }));
    }

    fn oval_quality(&self, rect: &Rect) -> f32 {
        let cover = self.oval(rect, 1.0, &FORTY);
        if cover < SEEN {
            return 0.0;
        }
        let r = rect.translate(-self.zone.left, -self.zone.top);
        let alone = self.alone(r.left, r.top, r.right, r.bottom);
        if alone < ALONE {
            return 0.0;
        }
        // White in the corners of the rectangle around it, and right inside the line unless it is filled.
        let corner = (r.height() / 10).max(2);
        let corners = [
            (r.left + corner, r.top + corner),
            (r.right - 1 - corner, r.top + corner),
            (r.left + corner, r.bottom - 1 - corner),
            (r.right - 1 - corner, r.bottom - 1 - corner),
        ];
        let filled = corners.iter().filter(|(x, y)| self.at(*x, *y)).count();
        let inset = self.inches(0.022).max(4) as f32;
        let inner = self.oval(rect, inset, &TWENTY_FOUR);
        let (aside, above) = (r.width() / 5, r.height() / 5);
        let solid = self.share(r.left + aside, r.top + above, r.right - aside, r.bottom - above) > 0.7;
        cover - 0.12 * if solid { 0.0 } else { inner } - 0.3 * (1.0 - alone) - 0.1 * filled as f32
    }

    /// Share of an ellipse's points, so many pixels within `rect` (page coordinates), that have ink on or beside them.
    pub(super) fn oval(&self, rect: &Rect, within: f32, directions: &[(f32, f32)]) -> f32 {
        let r = rect.translate(-self.zone.left, -self.zone.top);
        let (x, y) = ((r.left + r.right - 1) as f32 / 2.0, (r.top + r.bottom - 1) as f32 / 2.0);
        let (across, down) = (r.width() as f32 / 2.0 - within, r.height() as f32 / 2.0 - within);
        let seen = directions
            .iter()
            .filter(|(sin, cos)| self.near(rounded(x + across * cos), rounded(y + down * sin)))
            .count();
        seen as f32 / directions.len() as f32
    }
}
