//! What a PDF page draws, found out without drawing it: pictures, other marks, and glyphs.
//!
//! One pass of the interpreter with a device that takes notes. From the notes [`super::pdf`] decides whether the page is
//! one picture, and [`super::pdf_text`] makes the words. Coordinates are points, y downwards, the page already turned.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, Paint, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape, Vec2};

use super::turn::Orientation;
use super::{Limits, Rejection, pdf_limits};

/// A picture as placed on the page.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    /// Its place among everything that is drawn.
    order: usize,
    /// From its pixels (y downwards) to the page.
    placement: Affine,
    /// Where it is placed.
    pub bounds: Rect,
    /// What the clip and the page leave of that.
    pub shown: Rect,
    /// Pixels, as its dictionary says.
    pub size: (u32, u32),
    stencil: bool,
    /// Not masked, not see-through.
    plain: bool,
}

impl Picture {
    /// Pixels per point, across and down the page. `None` when it is slanted or flat.
    pub(super) fn density(&self) -> Option<(f64, f64)> {
        let orientation = self.orientation()?;
        let (width, height) = orientation.turned_size(self.size.0, self.size.1);
        let (across, down) = (f64::from(width) / self.bounds.width(), f64::from(height) / self.bounds.height());
        (across.is_finite() && down.is_finite()).then_some((across, down))
    }

    pub(super) fn orientation(&self) -> Option<Orientation> {
        let [a, b, c, d, _, _] = self.placement.as_coeffs();
        // In lengths of the picture's sides, so that unequal pixels do not look like a slant.
        let (w, h) = (f64::from(self.size.0), f64::from(self.size.1));
        Orientation::from_placement([a * w, b * w, c * h, d * h])
    }

    fn hides(&self, order: usize, bounds: &Rect) -> bool {
        self.plain && !self.stencil && order < self.order && self.shown.inflate(1.0, 1.0).contains_rect(*bounds)
    }
}

/// A glyph of the text layer.
#[derive(Clone, Debug)]
pub(super) struct ScannedGlyph {
    order: usize,
    /// What it means; U+FFFD when the font does not say.
    pub text: String,
    /// The start of its baseline.
    pub origin: Point,
    /// Along the baseline, as long as its advance.
    pub advance: Vec2,
    /// Up from the baseline, as long as the font's em.
    pub em: Vec2,
    pub invisible: bool,
}

impl ScannedGlyph {
    /// From a little below the baseline to the height of capitals.
    pub(super) fn bounds(&self) -> Rect {
        let corner = |along: f64, up: f64| self.origin + self.advance * along + self.em * up;
        Rect::from_points(corner(0.0, -0.2), corner(1.0, 0.75))
            .union(Rect::from_points(corner(1.0, -0.2), corner(0.0, 0.75)))
    }
}

#[derive(Clone, Debug)]
struct Mark {
    order: usize,
    bounds: Rect,
    /// White: it hides what is under it and shows nothing itself.
    paper: bool,
}

/// The notes of one page.
pub(super) struct Scan {
    /// The page, in points.
    page: Rect,
    pub pictures: Vec<Picture>,
    marks: Vec<Mark>,
    pub glyphs: Vec<ScannedGlyph>,
}

/// Past this many marks a page is a drawing, whatever else is on it.
const MOST_MARKS: usize = 50_000;
/// Past this many glyphs a page is no page: a full one has 6,000.
const MOST_GLYPHS: usize = 500_000;

/// Takes the notes of `page`, whose turned size in points is `width` × `height`.
pub(super) fn scan(page: &Page<'_>, (width, height): (f32, f32), limits: &Limits) -> Result<Scan, Rejection> {
    let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
    let mut notes = Notes {
        scan: Scan { page: bounds, pictures: Vec::new(), marks: Vec::new(), glyphs: Vec::new() },
        clips: Vec::new(),
        groups: Vec::new(),
        order: 0,
        limits: *limits,
        rejection: None,
        stroked: None,
    };
    let cache = InterpreterCache::new();
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, bounds, &cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, &mut notes);
    match notes.rejection {
        Some(rejection) => Err(rejection),
        None => Ok(notes.scan.settle()),
    }
}

impl Scan {
    /// Text under an opaque picture is as good as invisible: some OCR programs place it there.
    fn settle(mut self) -> Self {
        for glyph in &mut self.glyphs {
            if !glyph.invisible {
                let bounds = glyph.bounds();
                glyph.invisible = self.pictures.iter().any(|picture| picture.hides(glyph.order, &bounds));
            }
        }
        self
    }

    /// The index of the picture that is the page: nearly as large, and nothing else to be seen.
    pub(super) fn sole_picture(&self) -> Option<usize> {
        const COVER: f64 = 0.6;
        let (index, picture) =
            self.pictures.iter().enumerate().max_by(|a, b| a.1.shown.area().total_cmp(&b.1.shown.area()))?;
        let large = picture.bounds.width() >= COVER * self.page.width()
            && picture.bounds.height() >= COVER * self.page.height();
        let whole = picture.shown.area() >= 0.95 * picture.bounds.area();
        if !large || !whole || !picture.plain || picture.orientation().is_none() {
            return None;
        }
        let others = self.pictures.iter().enumerate().filter(|(other, _)| *other != index);
        let covered = |other: &Picture| other.shown.area() == 0.0 || picture.hides(other.order, &other.shown);
        if !others.into_iter().all(|(_, other)| covered(other)) {
            return None;
        }
        let unseen = |mark: &Mark| {
            picture.hides(mark.order, &mark.bounds)
                || mark.paper && (mark.order < picture.order || !mark.bounds.overlaps(picture.shown))
        };
        (self.marks.len() < MOST_MARKS && self.marks.iter().all(unseen)).then_some(index)
    }

    /// The share of the page that pictures cover, and the density of the largest of them.
    pub(super) fn picture_density(&self) -> (f64, Option<(f64, f64)>) {
        let area: f64 = self.pictures.iter().map(|picture| picture.shown.area()).sum();
        let largest = self.pictures.iter().max_by(|a, b| a.shown.area().total_cmp(&b.shown.area()));
        (area / self.page.area().max(1.0), largest.and_then(Picture::density))
    }

    /// Whether the page is print that runs level: no paper lay crooked, or on its side, under a scanner. A logo does not speak against it.
    pub(super) fn is_level(&self) -> bool {
        /// Letters of a few lines.
        const LEAST_GLYPHS: usize = 100;
        /// Of the page.
        const MOST_PICTURES: f64 = 0.05;
        /// Rise for a step of one: a pixel over the width of a page.
        const LEVEL: f64 = 0.0005;
        let is_level = |glyph: &ScannedGlyph| {
            glyph.advance.x >= 0.0 && glyph.advance.y.abs() <= LEVEL * glyph.advance.x && glyph.em.y < 0.0
        };
        let mut print = self.glyphs.iter().filter(|glyph| !glyph.invisible && !glyph.text.trim().is_empty());
        self.picture_density().0 <= MOST_PICTURES
            && print.clone().nth(LEAST_GLYPHS - 1).is_some()
            && print.all(is_level)
    }

    /// Where on the page everything is that can be seen, with some room around it; `None` when nothing is, or too much to be noted.
    pub(super) fn content(&self) -> Option<Rect> {
        /// Points around a line or a picture.
        const ROOM: f64 = 2.0;
        if self.marks.len() >= MOST_MARKS || self.glyphs.len() >= MOST_GLYPHS {
            return None;
        }
        let shown = self.pictures.iter().filter(|picture| picture.shown.area() > 0.0);
        let pictures = shown.map(|picture| picture.shown.inflate(ROOM, ROOM));
        let marks = self.marks.iter().map(|mark| mark.bounds.inflate(ROOM, ROOM));
        // Flourishes reach out of a letter's square.
        let letters = self.glyphs.iter().filter(|glyph| !glyph.invisible).map(|glyph| {
            let em = glyph.em.hypot();
            glyph.bounds().inflate(em, em)
        });
        let content = pictures.chain(marks).chain(letters).reduce(|all, next| all.union(next))?.intersect(self.page);
        (content.is_finite() && !content.is_zero_area()).then_some(content)
    }

    /// The share of the page that picture `index` covers.
    pub(super) fn cover(&self, index: usize) -> f64 {
        self.pictures.get(index).map_or(0.0, |picture| picture.shown.area() / self.page.area().max(1.0))
    }
}

/// The device behind [`scan`].
struct Notes {
    scan: Scan,
    clips: Vec<Rect>,
    /// For each open group whether it leaves what is in it as it is.
    groups: Vec<bool>,
    order: usize,
    limits: Limits,
    rejection: Option<Rejection>,
    /// The first origin of the run before, to know its outline when it is stroked as well.
    stroked: Option<(Point, usize)>,
}

impl Notes {
    fn clip(&self) -> Rect {
        self.clips.iter().fold(self.scan.page, |clip, next| clip.intersect(*next))
    }

    fn next_order(&mut self) -> usize {
        self.order += 1;
        self.order
    }

    fn mark(&mut self, bounds: Rect, paper: bool) {
        let order = self.next_order();
        let bounds = bounds.intersect(self.clip());
        if bounds.width() > 0.0 && bounds.height() > 0.0 && self.scan.marks.len() < MOST_MARKS {
            self.scan.marks.push(Mark { order, bounds, paper });
        }
    }
}

/// Whether a paint shows nothing, and whether it is white.
fn tone(paint: &Paint<'_>) -> (bool, bool) {
    match paint {
        Paint::Color(color) => {
            let [red, green, blue, alpha] = color.to_rgba().components();
            (alpha < 0.01, red > 0.98 && green > 0.98 && blue > 0.98)
        }
        Paint::Pattern(_) => (false, false),
    }
}

impl<'a> Device<'a> for Notes {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let (clear, paper) = tone(&props.paint);
        if clear || self.scan.marks.len() >= MOST_MARKS {
            return;
        }
        let stroke = match draw_mode {
            DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) => {
                f64::from(stroke.line_width).max(0.1) / 2.0
            }
            _ => 0.0,
        };
        let bounds = path.bounding_box().inflate(stroke, stroke);
        self.mark(props.transform.transform_rect_bbox(bounds), paper);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.clips.push(clip_path.path.bounding_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.clips.push(*rect);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.groups.push(opacity > 0.99 && mask.is_none() && blend_mode == BlendMode::Normal);
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let invisible = matches!(draw_mode, DrawMode::Invisible);
        // Filled and stroked text comes twice.
        let first = glyph_run
            .glyphs()
            .first()
            .map(|glyph| (props.transform * glyph.transform() * Point::ZERO, glyph_run.glyphs().len()));
        if matches!(draw_mode, DrawMode::Stroke(_)) && first.is_some() && first == self.stroked {
            self.stroked = None;
            return;
        }
        self.stroked = first;
        let mut seen: Option<Rect> = None;
        let order = self.next_order();
        for glyph in glyph_run.glyphs() {
            let transform = props.transform * glyph.transform();
            let text = match glyph.as_unicode() {
                Some(BfString::Char(char)) => char.to_string(),
                Some(BfString::String(text)) => text,
                None => '\u{FFFD}'.to_string(),
            };
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let advance = f64::from(advance.filter(|advance| advance.is_finite()).unwrap_or(500.0));
            let origin = transform * Point::ZERO;
            let glyph = ScannedGlyph {
                order,
                text,
                origin,
                advance: transform * Point::new(advance, 0.0) - origin,
                em: transform * Point::new(0.0, 1000.0) - origin,
                invisible,
            };
            let bounds = glyph.bounds();
            if !glyph.text.trim().is_empty() && bounds.is_finite() {
                seen = Some(seen.map_or(bounds, |seen| seen.union(bounds)));
            }
            if self.scan.glyphs.len() < MOST_GLYPHS && bounds.is_finite() && bounds.overlaps(self.scan.page) {
                self.scan.glyphs.push(glyph);
            }
        }
        if let Some(bounds) = seen.filter(|_| !invisible && !tone(&props.paint).0) {
            self.mark(bounds, false);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (stream, stencil) = match &image {
            Image::Stencil(stencil) => (stencil.stream(), true),
            Image::Raster(raster) => (raster.stream(), false),
        };
        if let Err(rejection) = pdf_limits::check_picture(stream, &self.limits) {
            self.rejection.get_or_insert(rejection);
        }
        let masked = ["SMask", "Mask", "SMaskInData"].iter().any(|key| stream.dict().contains_key(key));
        let size = (image.width(), image.height());
        let bounds = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(size.0), f64::from(size.1)));
        let shown = bounds.intersect(self.clip());
        let plain = !masked && props.soft_mask.is_none() && self.groups.iter().all(|plain| *plain);
        let order = self.next_order();
        self.scan.pictures.push(Picture { order, placement: props.transform, bounds, shown, size, stencil, plain });
    }

    fn begin_marked_content(&mut self, _tag: &[u8], _properties: Option<&Dict<'_>>) {}
}
