//! The way of a page from the decoder to the readers.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use image::GrayImage;
use serde::{Deserialize, Serialize};

use super::binarize::{self, BILEVEL_THRESHOLD, Levels, Threshold};
use super::components::label;
use super::placement::{self, Placement};
use super::rulings::{self, Scale, Traced};
use super::streaks::{self, Streak};
use super::{Bitmap, bands, erase, faint, header, skew, specks, tint};
use crate::decode::{Pixels, Resolution, SourcePage};
use crate::geometry::Rect;

/// A quarter turn, clockwise, that was applied to make a page upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rotation {
    #[default]
    #[serde(rename = "0")]
    None,
    #[serde(rename = "90")]
    Quarter,
    #[serde(rename = "180")]
    Half,
    #[serde(rename = "270")]
    ThreeQuarters,
}

/// A ruling: a printed straight line of a form, in prepared-page pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The extent of the ruling; its thickness is the shorter side.
    pub rect: Rect,
    /// Pixels of ink along the ruling: gaps from dropouts or dashes make it shorter than its length.
    pub ink: u32,
}

/// The rulings of a page, each list sorted by position (top, then left; or left, then top).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulings {
    pub horizontal: Vec<Ruling>,
    pub vertical: Vec<Ruling>,
}

/// What was done to the pixels, for the record and for `explain`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Clockwise turn that made the page upright.
    pub rotation: Rotation,
    /// Skew that was taken out, in degrees, positive when the text ran downhill to the right.
    pub skew_degrees: f32,
    /// Scale from source to prepared pixels, across and down.
    pub scale: (f32, f32),
    /// Specks removed from the measured ink.
    pub specks_removed: u32,
    /// Full-height streaks that were taken out of the measured ink, as columns `left..right`.
    pub streaks: Vec<(i32, i32)>,
    /// Names of further steps, in order.
    pub steps: Vec<String>,
}

/// A page that can be read and measured: square pixels, upright, deskewed.
#[derive(Clone, Debug)]
pub struct PreparedPage {
    /// For the readers: 0 black to 255 white, the resampling's grey kept.
    pub gray: Arc<GrayImage>,
    /// Every dark pixel, rulings and streaks included.
    pub ink: Bitmap,
    /// What people and printers wrote: ink without rulings, streaks and specks, and what is white on dark bands. Strokes that touch a ruling
    /// are kept whole.
    pub writing: Bitmap,
    /// Ink without streaks and specks, but with rulings and boxes: where [`super::find_boxes`] looks.
    pub(super) shapes: Bitmap,
    /// Pixels per inch, the same both ways.
    pub dpi: u32,
    /// [`PreparedPage::clean`], once it was asked for.
    clean: OnceLock<GrayImage>,
    pub rulings: Rulings,
    /// Edges of dark bands and bars: they bound cells, and nobody writes on them.
    pub edges: Rulings,
    /// Dark bands that run across the page: headings white on black. Nobody writes in them.
    pub bands: Vec<Rect>,
    /// The fax machine's header band, when there is one; it lies within the top tenth of the page (or the bottom tenth of
    /// a page that was fed upside down, or along a side of one that was fed lying).
    pub header_band: Option<Rect>,
    /// The header as the machine printed it: cut from the source before it was turned or deskewed, with square pixels. A header
    /// that the file holds at the bottom is turned by half, since then the whole file stands on its head.
    pub header_strip: Option<GrayImage>,
    /// Usual width of a stroke of the writing, in pixels.
    pub stroke_width: f32,
    /// Where source pixels went: places a text layer's words and a file's form fields on this page.
    pub placement: Placement,
    pub preparation: Preparation,
}

/// Resolutions that a page is brought to: fewer pixels hide letters, more only cost time.
const LOWEST_DPI: f32 = 150.0;
const HIGHEST_DPI: f32 = 300.0;
const RAISED_DPI: f32 = 200.0;
/// Most pixels of a prepared page, whatever the source claims: a tabloid page at 300 dpi has 17 million.
const MOST_PIXELS: f32 = 40e6;
/// Enlargement from which the pixels of a coarse page have to be curved into each other: at twice its size and more, a stroke of one pixel whose ends
/// are only joined by straight lines of grey is a blur as wide as the gap beside it.
const COARSE_SCALE: f32 = 1.5;
/// Skew below this is left alone, in degrees: over a page's width it is less than two pixels.
const SMALLEST_SKEW: f32 = 0.05;

/// Prepares a page under the assumption that `rotation` makes it upright.
///
/// `rotation: None` lets the pixels decide between 0 and 90 degrees (text lines run across) and leaves the choice between a page
/// and its upside-down twin to the caller, who can read.
pub fn prepare(source: &SourcePage, rotation: Option<Rotation>) -> PreparedPage {
    let mut steps = Vec::new();
    let resolution = plausible(source.resolution, source.size(), &mut steps);
    let dpi = (resolution.x, resolution.y);
    let Polarized { bits, gray, threshold } = one_polarity(source, dpi.0, &mut steps);
    let streaks = if source.level { Vec::new() } else { streaks::find(&bits, dpi) };
    let mut unstreaked = bits.clone();
    if !streaks.is_empty() {
        unstreaked.and_not(&streaks::pixels(&bits, &streaks));
        steps.push("streaks".to_owned());
    }
    if let Some(tint) = tint::find(&unstreaked, dpi) {
        unstreaked.and_not(&tint);
        steps.push("tint".to_owned());
    }
    let header = header::find(&unstreaked, dpi);
    let upright = || if source.level { Rotation::None } else { quarter_turn(&unstreaked, dpi) };
    let rotation = rotation.unwrap_or_else(upright);
    if rotation != Rotation::None {
        steps.push("turned".to_owned());
    }

    // From here on everything is turned; the resolutions swap with the axes.
    let lying = matches!(rotation, Rotation::Quarter | Rotation::ThreeQuarters);
    let dpi = if lying { (dpi.1, dpi.0) } else { dpi };
    let level = turn_bitmap(&unstreaked, rotation);
    let size = source.size();
    let unscaled = Placement::new(size, rotation, (1.0, 1.0), 0.0);
    let body = body_of(&level, header.map(|(band, _)| unscaled.to_page(&band)), dpi);
    let mut lean = if source.level { 0.0 } else { skew::estimate(&level, dpi, &body) };
    if lean.abs() < SMALLEST_SKEW {
        lean = 0.0;
    } else {
        steps.push("deskewed".to_owned());
    }
    let (target, scale) = target_scale(dpi, (level.width(), level.height()));
    if (scale.0 / scale.1 - 1.0).abs() > 0.01 {
        steps.push("square-pixels".to_owned());
    }
    if target < dpi.0.max(dpi.1) * 0.99 {
        steps.push("reduced".to_owned());
    } else if target > dpi.0.max(dpi.1) * 1.01 {
        steps.push("enlarged".to_owned());
    }
    let placement = Placement::new(size, rotation, scale, lean);

    let page_dpi = target.round().max(1.0) as u32;
    let render = |bits: &Bitmap, gray: Option<&GrayImage>| {
        let plane = match gray {
            Some(gray) => turn_gray(gray, rotation),
            None => Cow::Owned(turn_bitmap(bits, rotation).to_gray()),
        };
        render(plane, &placement)
    };
    // A page whose pixels stay where they are has its ink already.
    let stays = placement.moves_nothing() && threshold != Threshold::Local;
    let inked = |page: &GrayImage, bits: &Bitmap| {
        if stays { bits.clone() } else { binarize::binarize(page, threshold, target) }
    };
    let gray_page = match (&source.pixels, &gray) {
        (Pixels::Gray(own), Some(Cow::Borrowed(_))) if placement.moves_nothing() => Arc::clone(own),
        _ => Arc::new(render(&bits, gray.as_deref())),
    };
    let ink = inked(&gray_page, &bits);
    // Streaks and tints are taken out before resampling, so that what is left of a stroke they cross has the same edges as ever.
    let (streakless, base) = if unstreaked == bits {
        (None, ink.clone())
    } else {
        let mut mask = bits.clone();
        mask.and_not(&unstreaked);
        let painted = gray.as_deref().map(|gray| painted_out(gray, &mask.dilated(1, 0), &unstreaked));
        let clean = render(&unstreaked, painted.as_ref());
        let base = inked(&clean, &unstreaked);
        (Some(clean), base)
    };
    // A threshold that follows the grey around it hollows dark areas out.
    let sorted = sort_ink(base.clone(), page_dpi, threshold != Threshold::Local);
    let clean = OnceLock::new();
    if let Some(mut streakless) = streakless {
        paint_out(&mut streakless, &base, &sorted.writing, &sorted.bands);
        let _ = clean.set(streakless);
    }

    let header_band = header.map(|(band, _)| placement.to_page(&band).intersect(&ink.bounds()));
    let header_strip = header.map(|(band, bottom)| strip(&bits, gray.as_deref(), &band, bottom, resolution));
    PreparedPage {
        gray: gray_page,
        ink,
        writing: sorted.writing,
        shapes: sorted.shapes,
        dpi: page_dpi,
        clean,
        rulings: sorted.rulings,
        bands: sorted.bands,
        edges: sorted.edges,
        header_band,
        header_strip,
        stroke_width: sorted.stroke_width,
        preparation: Preparation {
            rotation,
            skew_degrees: lean,
            scale,
            specks_removed: sorted.specks,
            streaks: streaks.iter().map(|s| streak_columns(s, &placement)).collect(),
            steps,
        },
        placement,
    }
}

impl PreparedPage {
    /// `gray` with rulings, streaks and specks painted out, and dark bands the other way round: what a reader of lines should see. A page
    /// with a text layer is seldom read.
    pub fn clean(&self) -> &GrayImage {
        self.clean.get_or_init(|| {
            let mut clean = GrayImage::clone(&self.gray);
            paint_out(&mut clean, &self.ink, &self.writing, &self.bands);
            clean
        })
    }

    /// A page whose pixels are square and upright already, such as one drawn by a test: only its ink is sorted.
    pub fn from_ink(ink: Bitmap, dpi: u32) -> Self {
        let dpi = dpi.max(1);
        let sorted = sort_ink(ink.clone(), dpi, true);
        let gray = Arc::new(ink.to_gray());
        let size = (ink.width(), ink.height());
        Self {
            gray,
            ink,
            writing: sorted.writing,
            shapes: sorted.shapes,
            dpi,
            clean: OnceLock::new(),
            rulings: sorted.rulings,
            bands: sorted.bands,
            edges: sorted.edges,
            header_band: None,
            header_strip: None,
            stroke_width: sorted.stroke_width,
            placement: Placement::new(size, Rotation::None, (1.0, 1.0), 0.0),
            preparation: Preparation { scale: (1.0, 1.0), specks_removed: sorted.specks, ..Preparation::default() },
        }
    }
}

/// The ink of a page by what it is.
struct SortedInk {
    rulings: Rulings,
    edges: Rulings,
    bands: Vec<Rect>,
    writing: Bitmap,
    shapes: Bitmap,
    stroke_width: f32,
    specks: u32,
}

/// Parts writing from rulings and specks; `is_solid` says whether dark areas are ink all over.
fn sort_ink(ink: Bitmap, dpi: u32, is_solid: bool) -> SortedInk {
    let WithoutRulings { mut rulings, edges, bands, mut writing } = without_rulings(&ink, dpi, is_solid);
    let labelled = label(&writing, &writing.bounds());
    let faint = faint::find(&labelled, writing.height(), dpi);
    let stroke_width = specks::stroke_width(&labelled, dpi);
    let dots = specks::find(&labelled, &writing.bounds(), dpi, stroke_width);
    let mut is_dot = vec![false; labelled.components.len()];
    for &dot in faint.iter().flat_map(|row| &row.dots).chain(&dots) {
        is_dot[dot as usize] = true;
    }
    let mut shapes = ink;
    for run in labelled.runs.iter().filter(|run| is_dot[run.component as usize]) {
        writing.write_run(run.y as u32, run.left, run.right, false);
        shapes.write_run(run.y as u32, run.left, run.right, false);
    }
    for row in faint {
        add_faint(&mut rulings.horizontal, row.ruling, dpi);
    }
    SortedInk { rulings, edges, bands, writing, shapes, stroke_width, specks: dots.len() as u32 }
}

/// A resolution that can be worked with; absurd ones are taken from the size of a letter page.
fn plausible(said: Resolution, size: (u32, u32), steps: &mut Vec<String>) -> Resolution {
    let fine = |dpi: f32| dpi.is_finite() && (30.0..=2400.0).contains(&dpi);
    if fine(said.x) && fine(said.y) && (0.2..=5.0).contains(&(said.x / said.y)) {
        return said;
    }
    steps.push("assumed-resolution".to_owned());
    let x = (size.0 as f32 / 8.5).clamp(50.0, 1200.0);
    Resolution { x, y: (size.1 as f32 / 11.0).clamp(x / 4.0, x * 4.0), assumed: true }
}

/// The source as dark on light.
struct Polarized<'a> {
    /// One bit a pixel, for measuring.
    bits: Bitmap,
    gray: Option<Cow<'a, GrayImage>>,
    /// What parts ink from paper, on the page as well.
    threshold: Threshold,
}

/// The source as dark on light: one bit a pixel for measuring, and its grey when it has any.
fn one_polarity<'a>(source: &'a SourcePage, dpi: f32, steps: &mut Vec<String>) -> Polarized<'a> {
    match &source.pixels {
        Pixels::Bilevel(bitmap) => {
            let mut bits = bitmap.clone();
            if binarize::is_inverted(&bits) && !binarize::is_black(&bits) {
                bits.invert();
                steps.push("inverted".to_owned());
            }
            Polarized { bits, gray: None, threshold: Threshold::Global(BILEVEL_THRESHOLD) }
        }
        Pixels::Gray(gray) => {
            let mut gray = Cow::Borrowed(gray.as_ref());
            let mut levels = Levels::of(&gray);
            if levels.is_dark() && !levels.is_black() {
                for pixel in gray.to_mut().iter_mut() {
                    *pixel = 255 - *pixel;
                }
                levels = levels.inverted();
                steps.push("inverted".to_owned());
            }
            let threshold = levels.threshold();
            if threshold == Threshold::Local {
                steps.push("local-threshold".to_owned());
            }
            Polarized { bits: binarize::binarize(&gray, threshold, dpi), gray: Some(gray), threshold }
        }
    }
}

/// Quarter or nothing, from the direction in which letters follow each other.
fn quarter_turn(bits: &Bitmap, dpi: (f32, f32)) -> Rotation {
    let letters: Vec<_> = label(bits, &bits.bounds())
        .components
        .into_iter()
        .filter(|c| {
            let (width, height) = (c.rect.width() as f32 / dpi.0, c.rect.height() as f32 / dpi.1);
            (0.03..=0.35).contains(&width.max(height)) && width.min(height) >= 0.008 && c.ink >= 8
        })
        .collect();
    let highest = dpi.0.max(dpi.1);
    let scale = (highest / dpi.0, highest / dpi.1);
    if skew::lies_on_its_side(&letters, scale, highest) { Rotation::Quarter } else { Rotation::None }
}

fn turn_bitmap(bits: &Bitmap, rotation: Rotation) -> Bitmap {
    match rotation {
        Rotation::None => bits.clone(),
        Rotation::Quarter => bits.flipped().transposed(),
        Rotation::Half => bits.transposed().flipped().transposed().flipped(),
        Rotation::ThreeQuarters => bits.transposed().flipped(),
    }
}

fn turn_gray(gray: &GrayImage, rotation: Rotation) -> Cow<'_, GrayImage> {
    match rotation {
        Rotation::None => Cow::Borrowed(gray),
        Rotation::Quarter => Cow::Owned(image::imageops::rotate90(gray)),
        Rotation::Half => Cow::Owned(image::imageops::rotate180(gray)),
        Rotation::ThreeQuarters => Cow::Owned(image::imageops::rotate270(gray)),
    }
}

/// The part of the page whose lines lean with the paper: not the header, nor the outermost margin.
fn body_of(level: &Bitmap, header: Option<Rect>, dpi: (f32, f32)) -> Rect {
    let (aside, above) = ((0.1 * dpi.0) as i32, (0.1 * dpi.1) as i32);
    let mut body = level.bounds().inflate(-aside, -above);
    if let Some(header) = header {
        let bounds = level.bounds();
        // The header lies along one edge: cut there.
        if header.width() > header.height() {
            if header.center_y() * 2 < bounds.bottom {
                body.top = body.top.max(header.bottom)
            } else {
                body.bottom = body.bottom.min(header.top)
            }
        } else if header.center_x() * 2 < bounds.right {
            body.left = body.left.max(header.right);
        } else {
            body.right = body.right.min(header.left);
        }
    }
    body
}

/// Pixels per inch of the prepared page, and the scale to it.
fn target_scale(dpi: (f32, f32), size: (u32, u32)) -> (f32, (f32, f32)) {
    let finest = dpi.0.max(dpi.1);
    let mut target = if finest < LOWEST_DPI { RAISED_DPI } else { finest.min(HIGHEST_DPI) };
    let pixels = (size.0 as f32 / dpi.0 * target) * (size.1 as f32 / dpi.1 * target);
    if pixels > MOST_PIXELS {
        target *= (MOST_PIXELS / pixels).sqrt();
    }
    let scale = |own: f32| if (own - target).abs() < 0.001 * target { 1.0 } else { target / own };
    (target, (scale(dpi.0), scale(dpi.1)))
}

/// Brings a turned plane onto the page; averages before a strong reduction, smooths before a strong enlargement.
fn render(mut plane: Cow<'_, GrayImage>, placement: &Placement) -> GrayImage {
    let mut placement = *placement;
    let whole = |scale: f32| if scale < 0.67 { (1.0 / scale).round() as u32 } else { 1 };
    let (by_x, by_y) = (whole(placement.scale.0), whole(placement.scale.1));
    if by_x > 1 || by_y > 1 {
        plane = Cow::Owned(placement::reduced(&plane, by_x, by_y));
        placement = placement.of_resized(&plane, (by_x as f32, by_y as f32));
    }
    if placement.scale.1 >= 1.5 && placement.scale.1 > 1.4 * placement.scale.0 {
        plane = Cow::Owned(placement::rows_doubled(&plane));
        placement = placement.of_resized(&plane, (1.0, 0.5));
    } else if placement.scale.0 >= 1.5 && placement.scale.0 > 1.4 * placement.scale.1 {
        // Lying pages are rare: turning the plane twice is simpler than a second filter.
        let turned = image::imageops::rotate90(plane.as_ref());
        plane = Cow::Owned(image::imageops::rotate270(&placement::rows_doubled(&turned)));
        placement = placement.of_resized(&plane, (0.5, 1.0));
    }
    if placement.scale.0.min(placement.scale.1) >= COARSE_SCALE {
        let (width, height) = plane.dimensions();
        plane = Cow::Owned(placement::enlarged(&plane, placement.scale));
        let by = |from: u32, to: u32| from as f32 / to.max(1) as f32;
        placement = placement.of_resized(&plane, (by(width, plane.width()), by(height, plane.height())));
    }
    placement::resample(plane, &placement)
}

/// `gray` with the ink of `mask` painted white, except where `kept` has ink.
fn painted_out(gray: &GrayImage, mask: &Bitmap, kept: &Bitmap) -> GrayImage {
    let mut mask = mask.clone();
    mask.and_not(kept);
    let mut painted = gray.clone();
    whiten(&mut painted, &mask);
    painted
}

/// Paints over what is in `base` and no longer in `writing`, with the grey fringe around it but not that of the writing; what is white
/// on a dark band becomes dark on white.
fn paint_out(clean: &mut GrayImage, base: &Bitmap, writing: &Bitmap, bands: &[Rect]) {
    for band in bands {
        let columns = band.left.max(0) as usize..band.right.max(0) as usize;
        for y in band.top.max(0) as u32..band.bottom.max(0) as u32 {
            let from = y as usize * clean.width() as usize;
            let row = clean.get_mut(from + columns.start..from + columns.end);
            row.into_iter().flatten().for_each(|pixel| *pixel = 255 - *pixel);
        }
    }
    let mut gone = base.clone();
    gone.and_not(writing);
    let mut fringe = gone.dilated(1, 2);
    fringe.and_not(&writing.dilated(1, 1));
    fringe.or(&gone);
    whiten(clean, &fringe);
}

fn whiten(gray: &mut GrayImage, mask: &Bitmap) {
    let width = gray.width() as usize;
    if width == 0 {
        return;
    }
    for (y, line) in gray.chunks_exact_mut(width).enumerate() {
        mask.for_runs(y as u32, 0, width as i32, |left, right| line[left as usize..right as usize].fill(255));
    }
}

/// What rulings and bands leave of a page's ink.
struct WithoutRulings {
    rulings: Rulings,
    edges: Rulings,
    bands: Vec<Rect>,
    writing: Bitmap,
}

/// Finds the rulings and dark bands of `ink`, and gives what is written: the ink without the rulings, and what is white on a band.
fn without_rulings(ink: &Bitmap, dpi: u32, is_solid: bool) -> WithoutRulings {
    let scale = Scale::across(dpi);
    let horizontal = rulings::find(ink, &scale);
    let transposed = ink.transposed();
    let mut vertical = rulings::find(&transposed, &Scale::down(dpi));
    let ticks = rulings::ticks(&transposed, &horizontal, &vertical, dpi);
    vertical.extend(ticks);
    let sides = rulings::sides(&transposed, &horizontal, &vertical, dpi);
    vertical.extend(sides.iter().map(|side| side.line.clone()));
    vertical.sort_by_key(|l| (l.rect.top, l.rect.left));
    let mut writing = ink.clone();
    erase::lines(&mut writing, &horizontal, scale.thick);
    if !vertical.is_empty() {
        let mut turned = writing.transposed();
        erase::lines(&mut turned, &vertical, scale.thick);
        for side in &sides {
            side.corners.iter().for_each(|corner| erase::corner(&mut turned, corner, side.is_left));
        }
        writing = turned.transposed();
    }
    let plain = |line: &Traced| Ruling { rect: line.level_rect(), ink: line.ink };
    let upright = |line: &Traced| {
        let r = line.level_rect();
        Ruling { rect: Rect::new(r.top, r.left, r.bottom, r.right), ink: line.ink }
    };
    let rulings = Rulings {
        horizontal: horizontal.iter().map(plain).collect(),
        vertical: vertical.iter().map(upright).collect(),
    };
    let find = |ink: &Bitmap| if is_solid { bands::find(ink, dpi) } else { Vec::new() };
    let bands = find(ink);
    let bars = find(&transposed).into_iter().map(|bar| Rect::new(bar.top, bar.left, bar.bottom, bar.right));
    let bars: Vec<Rect> = bars.filter(|bar| !bands.iter().any(|band| band.intersect(bar).area() > 0)).collect();
    bands.iter().for_each(|band| bands::turn_dark(&mut writing, band));
    // What stands in a bar down the page is turned by a quarter, and names a part of the form.
    bars.iter().for_each(|bar| writing.clear(bar));
    let mut edges = Rulings::default();
    bands::add_edges(&mut edges, &bands, &rulings, dpi);
    bands::add_edges(&mut edges, &bars, &rulings, dpi);
    WithoutRulings { rulings, edges, bands, writing }
}

/// Adds a row of dots to the rulings: as the rest of one that stands on the same row, or on its own.
fn add_faint(rulings: &mut Vec<Ruling>, row: Ruling, dpi: u32) {
    let near = |r: &Ruling| {
        (r.rect.center_y() - row.rect.center_y()).abs() <= dpi as i32 / 60
            && r.rect.inflate(dpi as i32 * 4 / 5, 0).overlap_x(&row.rect) > 0
    };
    match rulings.iter_mut().find(|r| near(r)) {
        Some(ruling) => {
            ruling.rect = ruling.rect.union(&row.rect);
            ruling.ink += row.ink;
        }
        None => rulings.push(row),
    }
    rulings.sort_by_key(|r| (r.rect.top, r.rect.left));
}

/// Cuts the header out of the source, square and the right way up.
fn strip(bits: &Bitmap, gray: Option<&GrayImage>, band: &Rect, bottom: bool, resolution: Resolution) -> GrayImage {
    let band = band.intersect(&bits.bounds());
    let (width, height) = (band.width() as u32, band.height() as u32);
    let cut = GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as i32 + band.left, y as i32 + band.top);
        match gray {
            Some(gray) => *gray.get_pixel(x as u32, y as u32),
            None => image::Luma([if bits.get(x, y) { 0 } else { 255 }]),
        }
    });
    let (_, scale) = target_scale((resolution.x, resolution.y), (width, height));
    let square = render(Cow::Owned(cut), &Placement::new((width, height), Rotation::None, scale, 0.0));
    if bottom { image::imageops::rotate180(&square) } else { square }
}

/// Columns that a streak takes on the page; of a page that was fed lying, its rows.
fn streak_columns(streak: &Streak, placement: &Placement) -> (i32, i32) {
    let half = streak.width() as f32 / 2.0;
    let ends = [streak.top, streak.bottom].map(|y| placement.point_to_page(streak.column(y) as f32 + 0.5, y as f32));
    let along: fn((f32, f32)) -> f32 = match placement.rotation {
        Rotation::None | Rotation::Half => |p| p.0,
        Rotation::Quarter | Rotation::ThreeQuarters => |p| p.1,
    };
    let (a, b) = (along(ends[0]), along(ends[1]));
    ((a.min(b) - half).floor() as i32, (a.max(b) + half).ceil() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_of_one_pixel_stay_black_when_a_coarse_page_is_enlarged() {
        let is_stroke = |x: u32| x % 17 == 10;
        let source = GrayImage::from_fn(200, 40, |x, _| image::Luma([if is_stroke(x) { 0 } else { 255 }]));
        let page = render(Cow::Borrowed(&source), &Placement::new((200, 40), Rotation::None, (2.2, 2.2), 0.0));
        assert_eq!(page.dimensions(), (440, 88));
        for stroke in (0..200).filter(|&x| is_stroke(x)) {
            let middle = (stroke * 22 + 11) / 10;
            let darkest = (middle - 2..=middle + 2).map(|x| page.get_pixel(x, 44)[0]).min();
            assert!(darkest < Some(35), "stroke {stroke}: {darkest:?}");
        }
    }
}
