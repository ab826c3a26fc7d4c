//! Filled form fields (ISO 32000-1 section 12.7), read as values: what a person typed is in the file, whether or not
//! any appearance stream shows it.

use std::collections::{BTreeMap, BTreeSet};

use hayro::hayro_syntax::object::dict::keys::{
    ACRO_FORM, ANNOTS, AP, AS, D, F, FF, FIELDS, FT, KIDS, N, OPT, PARENT, RECT, SUBTYPE, T, TU, V,
};
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Rect, Stream};
use hayro::hayro_syntax::page::Page;

use super::pdf::ToPixels;
use super::pdf_strings::text;
use super::{FormFieldValue, FormValue, Limits};

/// Annotation flags Hidden and NoView: nobody sees these fields.
const UNSEEN: u32 = 1 << 1 | 1 << 5;
/// Field flags of buttons.
const RADIO: u32 = 1 << 15;
const PUSH_BUTTON: u32 = 1 << 16;
/// Fields nest by the parts of their names; deeper is a loop.
const DEEPEST: usize = 32;

/// The fields whose widgets stand on `page`, in the order of its annotations, with rectangles in its pixels.
pub(super) fn form_values(page: &Page<'_>, to_pixels: &ToPixels, limits: &Limits) -> Vec<FormValue> {
    let Some(annotations) = page.raw().get::<Array<'_>>(ANNOTS) else { return Vec::new() };
    let mut parents = None;
    let mut values = Vec::new();
    for widget in annotations.iter::<Dict<'_>>().take(limits.objects) {
        let is_widget = widget.get::<Name<'_>>(SUBTYPE).is_some_and(|kind| kind.as_ref() == b"Widget");
        if !is_widget && !widget.contains_key(FT) || widget.get::<u32>(F).unwrap_or(0) & UNSEEN != 0 {
            continue;
        }
        let mut chain = chain(&widget);
        if chain.iter().all(|field| !field.contains_key(FT)) {
            // A widget that does not know its field: the field may know its widget.
            let parents = parents.get_or_insert_with(|| field_tree(page, limits));
            let parent = widget.obj_id().and_then(|id| parents.get(&id).cloned());
            chain.extend(parent.iter().flat_map(self::chain));
        }
        if let (Some(value), Some(rect)) = (value(&chain), widget.get::<Rect>(RECT)) {
            values.push(FormValue {
                name: name(&chain),
                label: inherited(&chain, TU).map(|label| text(label.as_bytes())).filter(|label| !label.is_empty()),
                rect: to_pixels.user_rect(rect),
                value,
            });
        }
    }
    values
}

/// A widget and the fields above it.
fn chain<'a>(widget: &Dict<'a>) -> Vec<Dict<'a>> {
    let mut chain = vec![widget.clone()];
    while chain.len() < DEEPEST
        && let Some(parent) = chain.last().and_then(|field| field.get::<Dict<'a>>(PARENT))
    {
        chain.push(parent);
    }
    chain
}

/// For each kid in the document's tree of fields, its parent.
fn field_tree<'a>(page: &Page<'a>, limits: &Limits) -> BTreeMap<ObjectIdentifier, Dict<'a>> {
    let xref = page.xref();
    let mut parents = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let fields = xref
        .get::<Dict<'a>>(xref.root_id())
        .and_then(|catalog| catalog.get::<Dict<'a>>(ACRO_FORM))
        .and_then(|form| form.get::<Array<'a>>(FIELDS));
    let mut open: Vec<Dict<'a>> = fields.iter().flat_map(|fields| fields.iter::<Dict<'a>>()).collect();
    while let Some(field) = open.pop() {
        if parents.len() > limits.objects || field.obj_id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        for kid in field.get::<Array<'a>>(KIDS).iter().flat_map(|kids| kids.iter::<Dict<'a>>()) {
            if let Some(id) = kid.obj_id().filter(|_| !kid.contains_key(PARENT)) {
                parents.insert(id, field.clone());
            }
            open.push(kid);
        }
    }
    parents
}

fn inherited<'a>(chain: &[Dict<'a>], key: &[u8]) -> Option<hayro::hayro_syntax::object::String<'a>> {
    chain.iter().find_map(|field| field.get(key))
}

/// The full name: the partial names from the root down, with dots.
fn name(chain: &[Dict<'_>]) -> String {
    let parts: Vec<String> = chain
        .iter()
        .rev()
        .filter_map(|field| field.get::<hayro::hayro_syntax::object::String<'_>>(T))
        .map(|part| text(part.as_bytes()))
        .collect();
    parts.join(".")
}

/// The value of a field; `None` for a button that only does something.
fn value(chain: &[Dict<'_>]) -> Option<FormFieldValue> {
    let kind = chain.iter().find_map(|field| field.get::<Name<'_>>(FT))?;
    let flags = chain.iter().find_map(|field| field.get::<u32>(FF)).unwrap_or(0);
    let value = chain.iter().find_map(|field| field.get::<Object<'_>>(V).filter(|v| !matches!(v, Object::Null(_))));
    match kind.as_ref() {
        b"Tx" => Some(FormFieldValue::Text(value.map(typed).unwrap_or_default())),
        b"Ch" => Some(FormFieldValue::Text(chosen(chain, value))),
        b"Btn" if flags & PUSH_BUTTON != 0 => None,
        b"Btn" => Some(FormFieldValue::Check(is_on(chain.first()?, value, flags & RADIO != 0))),
        b"Sig" => {
            let signed =
                |signature: Dict<'_>| signature.contains_key("Contents") || signature.contains_key("ByteRange");
            Some(FormFieldValue::Signature(value.and_then(Object::into_dict).is_some_and(signed)))
        }
        _ => None,
    }
}

/// A typed text: a string, or a stream when it is long.
fn typed(value: Object<'_>) -> String {
    match value {
        Object::String(string) => text(string.as_bytes()),
        Object::Stream(stream) => long_text(&stream),
        Object::Name(name) => text(name.as_ref()),
        Object::Number(number) => number.as_f64().to_string(),
        _ => String::new(),
    }
}

fn long_text(stream: &Stream<'_>) -> String {
    stream.decoded_data().map(|data| text(&data)).unwrap_or_default()
}

/// What a choice field shows: the display text of each value that is chosen.
fn chosen(chain: &[Dict<'_>], value: Option<Object<'_>>) -> String {
    let options = chain.iter().find_map(|field| field.get::<Array<'_>>(OPT));
    let shown = |export: String| {
        let pairs = options.iter().flat_map(|options| options.iter::<Array<'_>>());
        for pair in pairs.take(10_000) {
            let mut pair = pair.iter::<Object<'_>>().map(typed);
            if pair.next().as_deref() == Some(&export)
                && let Some(display) = pair.next()
            {
                return display;
            }
        }
        export
    };
    match value {
        Some(Object::Array(values)) => {
            values.iter::<Object<'_>>().take(1_000).map(|value| shown(typed(value))).collect::<Vec<_>>().join(", ")
        }
        Some(value) => shown(typed(value)),
        None => String::new(),
    }
}

/// Whether a check box or radio button is on: whether the field's value is this widget's on-state.
fn is_on(widget: &Dict<'_>, value: Option<Object<'_>>, is_radio: bool) -> bool {
    let is_off = |state: &[u8]| state.is_empty() || state == b"Off";
    let shown = widget.get::<Name<'_>>(AS).map(|state| state.as_ref().to_vec());
    let shows_on = shown.as_deref().is_some_and(|state| !is_off(state));
    // Some programs write the state as a text.
    let value = match value {
        Some(Object::Name(name)) => name.as_ref().to_vec(),
        Some(Object::String(string)) => string.as_bytes().to_vec(),
        _ => return shows_on,
    };
    if is_off(&value) {
        return false;
    }
    let states = on_states(widget);
    if states.contains(&value) {
        return true;
    }
    match (is_radio, states.is_empty()) {
        // Without appearances the value is all there is to tell; of a group's buttons only the one with that state is on.
        (false, true) => true,
        (true, true) => shown.as_deref() == Some(&value[..]),
        // The value names no state of this widget: a check box shows what its appearance state says.
        (false, false) => shows_on,
        (true, false) => false,
    }
}

fn on_states(widget: &Dict<'_>) -> BTreeSet<Vec<u8>> {
    let Some(appearances) = widget.get::<Dict<'_>>(AP) else { return BTreeSet::new() };
    [N, D]
        .iter()
        .filter_map(|kind| appearances.get::<Dict<'_>>(kind))
        .flat_map(|states| states.keys().map(|state| state.as_ref().to_vec()).collect::<Vec<_>>())
        .filter(|state| state != b"Off")
        .collect()
}
