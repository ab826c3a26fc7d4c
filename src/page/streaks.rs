//! Streaks: the lines that a grain of dirt on the scanner's glass draws from the first row of a page to the last.
//!
//! They are looked for on the untouched source, where they run straight down the rows whatever the paper's skew. A table's
//! border ends within the page and meets other lines; a streak does neither.

use super::Bitmap;

/// A streak on the source: its columns, as a chain of points down the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Streak {
    /// Column of the streak's middle at the middle row of each band, top to bottom.
    points: Vec<(i32, i32)>,
    /// Rows `top..bottom` that it covers.
    pub top: i32,
    pub bottom: i32,
    /// Usual width in pixels.
    width: i32,
}

impl Streak {
    /// The middle column at row `y`.
    pub fn column(&self, y: i32) -> i32 {
        let after = self.points.partition_point(|p| p.0 <= y);
        match (after.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(after)) {
            (Some(a), Some(b)) => a.1 + ((b.1 - a.1) * (y - a.0) + (b.0 - a.0) / 2).div_euclid((b.0 - a.0).max(1)),
            (Some(only), None) | (None, Some(only)) => only.1,
            (None, None) => 0,
        }
    }

    pub fn width(&self) -> i32 {
        self.width
    }
}

/// Bands a page is cut into: each must show the streak on its own.
const BANDS: i32 = 40;
/// Bands in one of which a streak begins.
const FIRST_BANDS: i32 = 3;
/// Bands in which the streak may be too faint to see.
const FAINT_BANDS: usize = 10;
/// Share of a band's rows on which a visible streak is ink.
const COVER: f32 = 0.55;

/// Finds the streaks of a source page with `dpi` pixels an inch across and down.
pub(super) fn find(source: &Bitmap, dpi: (f32, f32)) -> Vec<Streak> {
    let (width, height) = (source.width() as i32, source.height() as i32);
    if height < BANDS * 8 || width < 64 {
        return Vec::new();
    }
    let columns = source.transposed();
    let edge = |band: i32| band * height / BANDS;
    // Column pairs, so that a slight slant inside a band does not halve its cover.
    let candidates_in = |band: i32| -> Vec<i32> {
        let (top, bottom) = (edge(band) as u32, edge(band + 1) as u32);
        let need = (COVER * (bottom - top) as f32) as u64;
        let counts: Vec<u64> = (0..width as u32).map(|x| columns.count_row(x, top, bottom)).collect();
        (0..width as usize - 1)
            .filter(|&x| {
                counts[x].max(counts[x + 1]) >= need || (counts[x] > 4 && counts[x] + counts[x + 1] >= need * 5 / 4)
            })
            .map(|x| if counts[x] >= counts[x + 1] { x as i32 } else { x as i32 + 1 })
            .collect()
    };
    let mut candidates: Vec<Vec<i32>> = (0..FIRST_BANDS).map(candidates_in).collect();
    // On most pages no streak begins, and nothing further down is looked at.
    if candidates.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    candidates.extend((FIRST_BANDS..BANDS).map(candidates_in));
    let thickest = (4.0 * dpi.0 / 200.0).round().max(4.0) as i32;
    let mut found: Vec<Streak> = Vec::new();
    for first in 0..FIRST_BANDS as usize {
        for &start in &candidates[first] {
            if found.iter().any(|s| (s.column(edge(first as i32)) - start).abs() <= thickest) {
                continue;
            }
            let Some(points) = follow(&candidates, first, start, edge) else { continue };
            if let Some(streak) = measure(source, points, thickest, dpi) {
                found.push(streak);
            }
        }
    }
    found.sort_by_key(|s| s.column(height / 2));
    found
}

/// Follows a streak from band to band; `None` when it is lost.
fn follow(candidates: &[Vec<i32>], first: usize, start: i32, edge: impl Fn(i32) -> i32) -> Option<Vec<(i32, i32)>> {
    let middle = |band: usize| (edge(band as i32) + edge(band as i32 + 1)) / 2;
    let mut points = vec![(middle(first), start)];
    let mut missed = first;
    let mut column = start;
    let mut last = first;
    for (band, columns) in candidates.iter().enumerate().skip(first + 1) {
        let reach = 2 + (band - last) as i32 / 3;
        let nearest =
            columns.iter().copied().min_by_key(|&x| ((x - column).abs(), x)).filter(|x| (x - column).abs() <= reach);
        match nearest {
            Some(x) => {
                points.push((middle(band), x));
                (column, last) = (x, band);
            }
            None => missed += 1,
        }
    }
    let reaches_bottom = last + 3 >= candidates.len();
    (missed <= FAINT_BANDS && reaches_bottom).then_some(points)
}

/// Width and extent of a chain; `None` when it is too thick, or a border with a corner at its end.
fn measure(source: &Bitmap, points: Vec<(i32, i32)>, thickest: i32, dpi: (f32, f32)) -> Option<Streak> {
    let height = source.height() as i32;
    let mut streak = Streak { points, top: 0, bottom: height, width: 1 };
    let mut widths = Vec::new();
    let (mut top, mut bottom) = (None, 0);
    let mut alone = 0usize;
    for y in 0..height {
        if let Some((left, right)) = run_near(source, streak.column(y), y) {
            widths.push(right - left);
            alone += usize::from(right - left <= thickest);
            top.get_or_insert(y);
            bottom = y + 1;
        }
    }
    widths.sort_unstable();
    let usual = *widths.get(widths.len() / 2)?;
    if usual > thickest || alone * 10 < widths.len() * 6 {
        return None;
    }
    (streak.top, streak.bottom, streak.width) = (top?, bottom, usual);
    let margin = (0.03 * dpi.1) as i32;
    let corner = |y: i32| {
        let long = (0.25 * dpi.0) as i32;
        (y - 4..=y + 4).any(|row| run_near(source, streak.column(y), row).is_some_and(|(l, r)| r - l >= long))
    };
    let ends_open = (streak.top <= margin || !corner(streak.top))
        && (streak.bottom >= height - margin || !corner(streak.bottom - 1));
    ends_open.then_some(streak)
}

/// The run of ink of row `y` that lies at `column`, give or take two pixels.
fn run_near(source: &Bitmap, column: i32, y: i32) -> Option<(i32, i32)> {
    let start = [0, -1, 1, -2, 2].into_iter().map(|d| column + d).find(|&x| source.get(x, y))?;
    let (mut left, mut right) = (start, start + 1);
    // Further than this it is no streak, however far it goes on.
    let far = 200;
    while start - left < far && source.get(left - 1, y) {
        left -= 1;
    }
    while right - start < far && source.get(right, y) {
        right += 1;
    }
    Some((left, right))
}

/// The streaks' own pixels: those rows where nothing crosses them.
pub(super) fn pixels(source: &Bitmap, streaks: &[Streak]) -> Bitmap {
    let mut own = Bitmap::new(source.width(), source.height());
    for streak in streaks {
        for y in streak.top..streak.bottom {
            if let Some((left, right)) = run_near(source, streak.column(y), y)
                && right - left <= streak.width + 1
            {
                own.write_run(y as u32, left, right, true);
            }
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Rect;

    fn text_like(width: u32, height: u32) -> Bitmap {
        let mut page = Bitmap::new(width, height);
        for line in 4..(height as i32 / 40 - 4) {
            for letter in 5..(width as i32 / 18 - 5) {
                let (x, y) = (letter * 18, line * 40);
                page.fill(&Rect::new(x, y, x + 3, y + 18));
                page.fill(&Rect::new(x, y + 8, x + 12, y + 11));
            }
        }
        page
    }

    #[test]
    fn a_slightly_slanted_streak_is_found_and_what_it_crosses_is_spared() {
        let clean = text_like(900, 1100);
        let mut page = clean.clone();
        for y in 5..1095 {
            let x = 404 + y / 180;
            page.write_run(y as u32, x, x + 2, true);
        }
        let streaks = find(&page, (204.0, 196.0));
        assert_eq!(streaks.len(), 1);
        let mut left = page.clone();
        left.and_not(&pixels(&page, &streaks));
        let mut lost = clean.clone();
        lost.and_not(&left);
        assert_eq!(lost.count(&lost.bounds()), 0, "strokes that the streak crosses are kept");
        left.and_not(&clean);
        assert!(left.count(&left.bounds()) < 250, "{}", left.count(&left.bounds()));
    }

    #[test]
    fn a_frame_around_the_page_is_no_streak() {
        let mut page = text_like(900, 1100);
        for x in [30, 866] {
            page.fill(&Rect::new(x, 20, x + 3, 1080));
        }
        for y in [20, 1077] {
            page.fill(&Rect::new(30, y, 869, y + 3));
        }
        assert_eq!(find(&page, (204.0, 196.0)), []);
    }

    #[test]
    fn a_table_border_that_ends_in_the_page_is_no_streak() {
        let mut page = text_like(900, 1100);
        page.fill(&Rect::new(200, 150, 203, 900));
        assert_eq!(find(&page, (204.0, 196.0)), []);
    }
}
