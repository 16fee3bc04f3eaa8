//! The derives of a struct: what else makes a model of it.

use crate::around::Around;
use crate::{blocks, source};
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

/// Whether another derive makes the same of a struct: `Model`, which is all of `Layer`, or the same one before this.
pub fn is_derived_twice(name: &str, model: bool) -> bool {
    let derived = derived(name, &["Model", "Layer"]);
    if derived.len() < 2 {
        return false;
    }
    let own = match model {
        true => "Model",
        false => "Layer",
    };
    let text = source::text();
    let before = &text[..source::place()];
    let before = &before[before.rfind([';', '}']).map_or(0, |i| i + 1)..];
    let is_before =
        source::words(before, own).any(|at| before[..at].trim_end().ends_with(['(', ',', ':']));
    is_before || !model && derived.iter().any(|name| name == "Model")
}

/// Which of these traits the only struct or enum of a name derives, where there may be several.
fn derived(name: &str, of: &[&str]) -> Vec<String> {
    // Mostly there is one, which shows at once.
    let before = blocks::attributes_before(name).unwrap_or_default();
    let words: usize = of.iter().map(|of| source::words(&before, of).count()).sum();
    let around = (words > 1).then(|| Around::read(name)).flatten();
    let attrs = around.map(|around| around.attributes().to_vec());
    let paths = attrs
        .into_iter()
        .flatten()
        .flat_map(|attr| paths_derived(&attr));
    paths
        .filter_map(|path| Some(path.segments.last()?.ident.to_string()))
        .filter(|name| of.contains(&&**name))
        .collect()
}

/// Whether `#[model]` stands before the derive that is being expanded, on the same struct.
pub fn is_marked_before() -> bool {
    let text = source::text();
    let before = &text[..source::place()];
    before[before.rfind([';', '}']).map_or(0, |i| i + 1)..].contains("#[model")
}

/// What is in a `#[derive(..)]`.
pub fn paths_derived(attr: &Attribute) -> Vec<Path> {
    let list = Punctuated::<Path, Token![,]>::parse_terminated;
    match attr.path().is_ident("derive") {
        true => attr.parse_args_with(list).into_iter().flatten().collect(),
        false => Vec::new(),
    }
}
