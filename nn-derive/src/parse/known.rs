//! Which attributes are ours: those that users write, those that are one of them but for a slip, and those that the macros write for each
//! other.

use crate::syntax::Role;
use crate::{derives, messages};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Meta};

/// Marks what `#[model]` hands to its derive: it is not for `#[model]` again, to which it comes where there is no such derive.
pub const DERIVED: &str = "__derived";

/// Marks a struct in which `#[model]` has found a mistake.
pub const WRONG: &str = "__wrong";

/// An attribute that means something on models and their fields alone.
pub fn is_ours(attr: &Attribute) -> bool {
    let names = ["layer", "config", "param", "model"];
    names.iter().any(|name| attr.path().is_ident(name))
}

/// Whether `#[model(mark)]` is among the attributes.
pub fn is_marked(attrs: &[Attribute], mark: &str) -> bool {
    let mut lists = attrs
        .iter()
        .filter(is_model)
        .filter_map(|a| a.meta.require_list().ok());
    lists.any(|list| text(&list.tokens) == mark)
}

const WORDS: [&str; 5] = ["mode", "models", "layers", "configs", "params"];

/// What a word on a field means, where nobody else has it.
pub fn is_word_of_fields(attr: &Attribute) -> bool {
    let words = ["skip", "unused", "parameter", "weight", "buffer"];
    words.iter().any(|word| attr.path().is_ident(word)) || is_other_word(attr)
}

/// The role that an attribute gives a field, which is misspelled or none of ours.
pub fn role_meant(attr: &Attribute) -> Option<Role> {
    let name = attr.path().get_ident()?.to_string();
    match &*name {
        "skip" => Some(Role::Skip),
        "params" | "parameter" | "weight" | "buffer" => Some(Role::Param(None)),
        name if is_slip(name, "param") => Some(Role::Param(None)),
        _ => None,
    }
}

/// A word that is nearly one of ours.
pub fn is_other_word(attr: &Attribute) -> bool {
    WORDS.iter().any(|word| attr.path().is_ident(word))
}

/// An attribute that is one of ours but for a slip, `#[confg]`, which the compiler does not know. What is a word, `#[mode]`, may be another
/// macro's.
pub fn is_misspelled(attr: &Attribute) -> bool {
    let Some(name) = attr.path().get_ident().map(Ident::to_string) else {
        return false;
    };
    let known = ["layer", "config", "param", "model"];
    !WORDS.contains(&&*name) && known.iter().any(|known| is_slip(&name, known))
}

/// Whether one letter is missing, doubled, wrong, or two have changed places.
fn is_slip(found: &str, known: &str) -> bool {
    let mut swapped = found.as_bytes().to_vec();
    let first = (0..found.len().min(known.len())).find(|&i| swapped[i] != known.as_bytes()[i]);
    if let Some(i) = first.filter(|i| i + 1 < found.len()) {
        swapped.swap(i, i + 1);
    }
    found != known && (swapped == known.as_bytes() || messages::distance(found, known) == 1)
}

/// Whether attributes, as text, may have one of those that [`is_exchanged`] knows.
pub fn may_be_exchanged(attributes: &str) -> bool {
    let mut derived = attributes.split("derive(").skip(1);
    attributes.contains("#[Model")
        || attributes.contains("#[Layer")
        || derived.any(|list| {
            let list = list.split(')').next().unwrap_or_default();
            let mut words = list.split(|c: char| !c.is_alphanumeric());
            words.any(is_no_derive)
        })
}

/// What is nearly the name of one of our derives.
fn is_no_derive(name: &str) -> bool {
    ["Model", "Layer"]
        .iter()
        .any(|known| name == known.to_lowercase() || name != "Mode" && is_slip(name, known))
}

/// A derive that is written as an attribute or the other way round, `#[Model]` and `#[derive(model)]`, which the compiler refuses.
pub fn is_exchanged(attr: &Attribute) -> bool {
    let is_attribute = ["Model", "Layer"]
        .iter()
        .any(|name| attr.path().is_ident(name));
    let derived = derives::paths_derived(attr).into_iter();
    let derived: Vec<String> = derived
        .filter_map(|p| Some(p.get_ident()?.to_string()))
        .collect();
    let is_right = derived
        .iter()
        .any(|name| name == "Model" || name == "Layer");
    is_attribute || !is_right && derived.iter().any(|name| is_no_derive(name))
}

/// What `#[modle(..)]` would be.
pub fn as_model(meta: &Meta) -> Meta {
    match meta {
        Meta::List(list) => {
            let keys = &list.tokens;
            syn::parse_quote!(model(#keys))
        }
        _ => syn::parse_quote!(model()),
    }
}

pub(super) fn is_model(attr: &&Attribute) -> bool {
    attr.path().is_ident("model")
}

/// Tokens as they are written, without spaces.
pub(super) fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
