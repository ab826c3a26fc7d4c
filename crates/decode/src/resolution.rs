//! Pixels per inch: what the file says when it can be believed, what the pixel size says when not.
//!
//! Fax resolutions are ITU-T T.4's: 8.04 pixels a millimetre across (204 dpi, 1728 pixels on a 215 mm line), and
//! 3.85, 7.7 or 15.4 lines a millimetre down (98, 196, 391 dpi).

use super::Resolution;

/// Scanners and fax machines lie between these; 0 and 1 are what writers put when they do not know.
const BELIEVABLE: std::ops::RangeInclusive<f32> = 50.0..=2400.0;
/// 204×391 and 204×98 are the most unequal pixels in use, about 1:2 either way.
const BELIEVABLE_RATIO: std::ops::RangeInclusive<f32> = 0.4..=2.6;
/// Inches. Nobody faxes a wider page (ledger is 17): 1728 pixels "at 72 dpi" is a writer's default.
const WIDEST_PAGE: f32 = 18.0;
const FAX_ACROSS: f32 = 204.0;
const FAX_DOWN: [f32; 3] = [98.0, 196.0, 391.0];
/// Inches: between Letter (8.5×11) and A4 (8.27×11.69).
const PAGE_LENGTH: f32 = 11.3;

/// The resolution of a page of `width` × `height` pixels for which the file says `x` and `y` pixels per inch.
pub(super) fn settle(x: Option<f32>, y: Option<f32>, width: u32, height: u32) -> Resolution {
    if let (Some(x), Some(y)) = (x.or(y), y.or(x))
        && BELIEVABLE.contains(&x)
        && BELIEVABLE.contains(&y)
        && BELIEVABLE_RATIO.contains(&(x / y))
        && (width as f32 / x) <= WIDEST_PAGE
    {
        // Placements in a PDF and metres in a PNG come with rounding noise.
        let exact = |dpi: f32| (dpi * 100.0).round() / 100.0;
        return Resolution { x: exact(x), y: exact(y), assumed: false };
    }
    infer(width, height)
}

/// The resolution that a page of this size most likely has, `assumed`.
fn infer(width: u32, height: u32) -> Resolution {
    let (w, h) = (width.max(1) as f32, height.max(1) as f32);
    // 1728 pixels is the Letter and A4 line, 2048 the B4 line, 2432 the A3 line; the neighbours are what gateways crop or pad to.
    let fax_across = match width {
        1680..=1760 | 2048 | 2432 => Some(FAX_ACROSS),
        3456 => Some(2.0 * FAX_ACROSS),
        _ => None,
    };
    if let Some(x) = fax_across {
        let length = if width == 2432 { 16.5 } else { PAGE_LENGTH };
        let distance = |dpi: f32| (h / dpi / length).ln().abs();
        let y = FAX_DOWN.into_iter().min_by(|a, b| distance(*a).total_cmp(&distance(*b))).unwrap_or(196.0);
        return Resolution { x, y, assumed: true };
    }
    // Square pixels on Letter or A4, upright or on its side: the one whose shape is nearer.
    let sheets = [(8.5, 11.0), (8.27, 11.69), (11.0, 8.5), (11.69, 8.27)];
    let off = |(sw, sh): (f32, f32)| ((w / h) / (sw / sh)).ln().abs();
    let (sheet_width, sheet_height) =
        sheets.into_iter().min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap_or((8.5, 11.0));
    let dpi = (w / sheet_width).max(h / sheet_height);
    // A strip or a crop of a page says nothing about its scale: fine fax resolution is the middle of what is in use.
    let dpi = if (72.0..=1200.0).contains(&dpi) { dpi.round() } else { 200.0 };
    Resolution { x: dpi, y: dpi, assumed: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(x: f32, y: f32, width: u32, height: u32) -> (f32, f32, bool) {
        let r = settle(Some(x), Some(y), width, height);
        (r.x, r.y, r.assumed)
    }

    #[test]
    fn what_the_file_says_is_kept_when_it_can_be_true() {
        assert_eq!(of(204.0, 98.0, 1728, 1100), (204.0, 98.0, false));
        assert_eq!(of(204.0, 391.0, 1728, 4300), (204.0, 391.0, false));
        assert_eq!(of(300.0, 300.0, 2550, 3300), (300.0, 300.0, false));
    }

    #[test]
    fn absurd_resolutions_give_way_to_the_size_of_a_fax_page() {
        for absurd in [0.0, 1.0, 72.0, 9600.0, f32::NAN] {
            assert_eq!(of(absurd, absurd, 1728, 1078), (204.0, 98.0, true));
            assert_eq!(of(absurd, absurd, 1728, 1150), (204.0, 98.0, true));
            assert_eq!(of(absurd, absurd, 1728, 2156), (204.0, 196.0, true));
            assert_eq!(of(absurd, absurd, 1728, 2300), (204.0, 196.0, true));
            assert_eq!(of(absurd, absurd, 1728, 4300), (204.0, 391.0, true));
        }
        assert_eq!(of(204.0, 20.0, 1728, 2200), (204.0, 196.0, true));
    }

    #[test]
    fn other_sizes_are_a_letter_or_a4_page() {
        assert_eq!(settle(None, None, 2550, 3300), Resolution { x: 300.0, y: 300.0, assumed: true });
        assert_eq!(settle(None, None, 2480, 3508), Resolution { x: 300.0, y: 300.0, assumed: true });
        assert_eq!(settle(None, None, 2200, 1700), Resolution { x: 200.0, y: 200.0, assumed: true });
        assert_eq!(settle(None, None, 10, 10), Resolution { x: 200.0, y: 200.0, assumed: true });
    }
}
