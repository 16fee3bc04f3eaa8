//! A struct and its blocks in the file around a macro's use: what a message about one must know of the other.
//!
//! The file is read as Rust where a look at its text says that something may be wrong: most files never are.

use crate::around::{Around, written};
use crate::syntax::typed_arguments;
use crate::{parse, source};
use std::collections::BTreeSet;
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{Attribute, ImplItem, ImplItemFn, ItemImpl, ItemStruct, Type};

/// Who makes the `Layer` of a struct.
pub enum Call {
    /// Nobody: its crate has this file alone, and no block with `call` in it.
    Missing,
    /// An ordinary block has this `call`, here with the block's attributes too, which makes none without `#[model]`.
    Unmarked(Box<ImplItemFn>),
    /// A block, or it cannot be told.
    Unknown,
}

/// Looks for the `call` of a struct.
pub fn call(name: &str) -> Call {
    let text = source::text();
    // Mostly there is a block, and seen at once.
    let is_marked = |at: usize| {
        let start = text[..at].rfind(['{', '}', ';']).map_or(0, |i| i + 1);
        let before = &text[start..at];
        let is_block = source::words(before, "impl").next().is_some();
        is_block
            && (without_plural(before).contains("model")
                || before.trim_end().ends_with("Layer for"))
    };
    if source::places(name).any(is_marked) {
        return Call::Unknown;
    }
    let Some(file) = Around::read(name) else {
        return Call::Unknown;
    };
    if file.is_unclear || file.blocks.iter().any(makes_layer) {
        return Call::Unknown;
    }
    let calls = file.blocks.iter().filter_map(|block| {
        let mut call = methods_of(block).find(|m| m.sig.ident == "call")?.clone();
        call.attrs.extend(block.attrs.iter().cloned());
        Some(call)
    });
    match calls.into_iter().next() {
        Some(call) => Call::Unmarked(Box::new(call)),
        None if file.is_all => Call::Missing,
        None => Call::Unknown,
    }
}

/// Which of these names are methods of a struct, in blocks of any kind but those of traits.
pub fn methods(of: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    let file = match names.iter().any(|name| source::defines(name, "fn")) {
        true => Around::read(of),
        false => None,
    };
    let Some(file) = file else {
        return BTreeSet::new();
    };
    let blocks = file.blocks.iter().filter(|block| block.trait_.is_none());
    let methods = blocks.filter(|block| !is_configured(&block.attrs));
    let methods = methods
        .flat_map(methods_of)
        .filter(|m| !is_configured(&m.attrs));
    methods
        .map(|m| m.sig.ident.to_string())
        .filter(|name| names.contains(name))
        .collect()
}

/// The attribute of the `#[model(..)] impl` of a struct, if there is a `new` in it, which belongs to the struct.
pub fn attributes_of_block(name: &str) -> Vec<Attribute> {
    let text = source::text();
    let has_keys = |at: usize| {
        let start = text[..at].rfind(['{', '}', ';']).map_or(0, |i| i + 1);
        let before = &text[start..at];
        before.contains("model(")
            && before.contains("new")
            && source::words(before, "impl").next().is_some()
    };
    if !source::places(name).any(has_keys) {
        return Vec::new();
    }
    let file = Around::read(name);
    let blocks = file.into_iter().flat_map(|file| file.blocks);
    let attrs = blocks.flat_map(|block| block.attrs);
    let has_new = |attr: &Attribute| source::words(&written(attr), "new").next().is_some();
    attrs
        .filter(|attr| attr.path().is_ident("model") && has_new(attr))
        .collect()
}

/// The only struct of a name in the file.
pub fn only_struct(name: &str) -> Option<ItemStruct> {
    Around::read(name)?.declared
}

/// The attributes and all fields of the only struct or enum of a name in the file.
pub fn attributes_and_fields(name: &str) -> Option<(Vec<Attribute>, Vec<syn::Field>)> {
    let around = Around::read(name)?;
    Some(match (around.declared, around.alternatives) {
        (Some(item), _) => (item.attrs, item.fields.into_iter().collect()),
        (None, item) => {
            let item = item?;
            let fields = item.variants.into_iter().flat_map(|v| v.fields);
            (item.attrs, fields.collect())
        }
    })
}

/// Whether the only struct of a name in the file has fields without names.
pub fn is_tuple_struct(name: &str) -> bool {
    let text = source::text();
    let is_written = source::places(name).any(|at| {
        let after = text[at + name.len()..].trim_start();
        text[..at].trim_end().ends_with("struct") && after.starts_with(['(', '<'])
    });
    let of_positions = |item: ItemStruct| matches!(item.fields, syn::Fields::Unnamed(_));
    is_written && only_struct(name).is_some_and(of_positions)
}

/// The text of every block of a struct, from its name to the next block.
fn blocks_of<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    let starts: Vec<usize> = source::places("impl").collect();
    source::places(name).filter_map(move |at| {
        let next = starts.partition_point(|&start| start < at);
        let start = starts[..next].last()?;
        let end = starts.get(next).copied().unwrap_or(text.len());
        (!text[*start..at].contains('{')).then(|| &text[at..end])
    })
}

/// Whether a struct has a method.
pub fn has_method(of: &str, name: &str) -> bool {
    // Mostly no block of the struct has one, which shows at once.
    let text = source::text();
    let function = format!("fn {name}");
    source::defines(name, "fn")
        && blocks_of(&text, of).any(|block| block.contains(&function))
        && !methods(of, &BTreeSet::from([name.to_string()])).is_empty()
}

/// Whether a struct has a `#[model] impl` with `call` before this one.
pub fn has_call_before(block: &ItemImpl) -> bool {
    let Type::Path(ty) = &*block.self_ty else {
        return false;
    };
    let Some(name) = ty.path.segments.last().map(|last| last.ident.to_string()) else {
        return false;
    };
    let text = source::text();
    let calls = blocks_of(&text, &name).filter(|block| block.contains("fn call"));
    if is_configured(&block.attrs) || calls.count() < 2 {
        return false;
    }
    if Around::read(&name).is_none() {
        return false;
    }
    // What stands before this block, the modules around it closed again.
    let before = &text[..source::place()];
    let before = (0..4).find_map(|depth| {
        let closed = before.to_string() + &"}".repeat(depth);
        syn::parse_file(&closed).ok()
    });
    let is_call = |m: &ImplItemFn| m.sig.ident == "call" && !is_configured(&m.attrs);
    let same = |other: &ItemImpl| {
        other.trait_.is_none()
            && other.attrs.iter().any(is_model)
            && !is_configured(&other.attrs)
            && written(&other.self_ty) == written(ty)
            && methods_of(other).any(is_call)
    };
    before.is_some_and(|file| {
        let mut before = Around::empty(&name);
        before.visit_file(&file);
        before.blocks.iter().any(same)
    })
}

/// The only struct of a name in the file, if it stands beside this block and has no attribute that makes it a model.
pub fn unmarked_struct(name: &str) -> Option<ItemStruct> {
    // Most structs show at once that they are marked. One may be made a module by hand too.
    let before = attributes_before(name)?;
    let is_by_hand = source::is_after(name, "Module for ");
    if is_marked(&before) && !parse::may_be_exchanged(&before) || is_by_hand {
        return None;
    }
    let file = Around::read(name)?;
    let found = file.declared?;
    let mut marks = found.attrs.iter().filter(|a| is_marked(&written(*a)));
    marks.all(parse::is_exchanged).then_some(found)
}

/// Whether a struct is not `Clone`, neither by a derive nor by hand.
pub fn has_no_clone(name: &str) -> bool {
    let Some(before) = attributes_before(name) else {
        return false;
    };
    // Mostly the word stands before it.
    if before.contains("Clone") || source::is_before("Clone", " for") {
        return false;
    }
    let around = Around::read(name).filter(|around| !around.is_unclear);
    around
        .and_then(|around| around.declared)
        .is_some_and(|item| {
            let is_clone = |attr: &Attribute| written(attr).contains("Clone");
            item.attrs.iter().all(|a| is_inert(a) && !is_clone(a))
        })
}

/// Whether the only struct of a name has no field of another.
pub fn has_no_field(of: &str, name: &str) -> bool {
    let around = Around::read(of);
    let declared = around.and_then(|around| around.declared);
    declared.is_some_and(|item| {
        let mut names = item.fields.iter().filter_map(|f| f.ident.as_ref());
        names.all(|ident| ident != name)
    })
}

/// Whether the only struct of a name derives a trait of the standard library.
pub fn derives(name: &str, of: &str) -> bool {
    // Mostly the word does not stand before it.
    if !attributes_before(name).is_some_and(|before| before.contains(of)) {
        return false;
    }
    let is_it = |attr: &Attribute| {
        attr.path().is_ident("derive") && source::words(&written(attr), of).next().is_some()
    };
    only_struct(name).is_some_and(|item| item.attrs.iter().any(is_it))
}

/// Whether a struct implements a trait by hand.
pub fn implements(name: &str, of: &str) -> bool {
    if !source::is_after(name, &format!("{of} for ")) {
        return false;
    }
    let Some(around) = Around::read(name) else {
        return false;
    };
    around.blocks.iter().any(|block| {
        let path = block.trait_.as_ref().map(|(path, _)| path);
        let last = path.and_then(|path| path.segments.last());
        last.is_some_and(|last| last.ident == of) && !is_configured(&block.attrs)
    })
}

/// Whether a `new` is for certain no `const fn`.
pub type IsOrdinary = bool;

/// Whether a struct has fields.
pub type HasFields = bool;

/// Whether a struct has a `call` in a block `impl Layer for Net` by hand, which is not what the trait asks for.
pub fn has_call_of_trait(name: &str) -> bool {
    if !source::is_after(name, "Layer for ") {
        return false;
    }
    let around = Around::read(name);
    around.is_some_and(|around| {
        around.blocks.iter().any(|block| {
            let has = |name: &str| methods_of(block).any(|m| m.sig.ident == name);
            let is_marked = block.attrs.iter().any(is_model) || is_configured(&block.attrs);
            block.trait_.is_some() && !is_marked && makes_layer(block) && has("call") && !has("run")
        })
    })
}

/// The `new` of a type of the file, which a generated constructor calls.
pub enum Made {
    /// It has these arguments, and is an ordinary function for certain or not.
    By(Vec<String>, IsOrdinary),
    /// A struct that has none, with fields or not.
    StructWithout(HasFields),
    /// An enum that has none.
    EnumWithout,
}

/// What is known of the `new` of a type of the file.
pub fn made(name: &str) -> Option<Made> {
    let around = Around::read(name)?;
    if around.is_unclear {
        return None;
    }
    let mut methods = around.blocks.iter().flat_map(methods_of);
    if let Some(new) = methods.find(|m| m.sig.ident == "new") {
        let is_certain = !is_configured(&new.attrs)
            && new.sig.receiver().is_none()
            && around
                .blocks
                .iter()
                .all(|block| !is_configured(&block.attrs));
        let names = typed_arguments(&new.sig);
        let names = names.iter().map(|argument| written(&argument.pat));
        let is_own = around.blocks.iter().any(|block| {
            let mut methods = methods_of(block);
            block.trait_.is_none() && methods.any(|m| m.sig.ident == "new")
        });
        let is_ordinary = is_own && new.sig.constness.is_none();
        return is_certain.then(|| Made::By(names.collect(), is_ordinary));
    }
    if let Some(new) = crate::parse::constructor_among(around.attributes()) {
        let names = new.arguments.iter().map(|a| a.ident.to_string());
        let has_new = around.attributes().iter().any(|attr| {
            attr.path().is_ident("model") && source::words(&written(attr), "new").next().is_some()
        });
        if has_new {
            return Some(Made::By(names.collect(), false));
        }
    }
    if !around.is_all {
        return None;
    }
    let of_blocks = around.blocks.iter().flat_map(|block| &block.attrs);
    let mut attrs = around.attributes().iter().chain(of_blocks);
    // A macro that is not known may make one.
    let may_have_new = attrs.any(|attr| {
        let text = written(attr);
        source::words(&text, "new").next().is_some() || !(is_plain(attr) || is_model(attr))
    });
    (!may_have_new).then_some(match around.declared {
        Some(item) => Made::StructWithout(!item.fields.is_empty()),
        None => Made::EnumWithout,
    })
}

/// Whether a struct is none that could be a part of a model: no macro makes one of it, nor a block.
pub fn is_plain_struct(name: &str) -> bool {
    let Some(before) = attributes_before(name) else {
        return false;
    };
    if is_marked(&before) || source::is_after(name, "Module for ") {
        return false;
    }
    let around = Around::read(name).filter(|around| !around.is_unclear);
    let Some(around) = around else {
        return false;
    };
    // A block that is marked says so itself.
    let is_block = |block: &ItemImpl| block.attrs.iter().any(is_model) || block.trait_.is_some();
    let declared = around
        .declared
        .is_some_and(|item| item.attrs.iter().all(is_plain));
    declared && !around.blocks.iter().any(is_block)
}

/// Whether all that makes something of a struct is known, so that nobody else's attributes are on its fields.
pub fn has_known_derives(name: &str) -> bool {
    only_struct(name).is_some_and(|item| {
        let is_ours = |attr: &Attribute| attr.path().is_ident("model") || is_plain(attr);
        item.attrs.iter().all(is_ours)
    })
}

/// The text before the only struct or enum of a name, from the item before it.
pub fn attributes_before(name: &str) -> Option<String> {
    let text = source::text();
    let mut places = source::places(name).filter(|at| {
        let before = text[..*at].trim_end();
        before.ends_with("struct") || before.ends_with("enum")
    });
    let (at, None) = (places.next()?, places.next()) else {
        return None;
    };
    let start = text[..at].rfind([';', '}']).map_or(0, |i| i + 1);
    Some(text[start..at].to_string())
}

/// An attribute that makes nothing of a struct but what the standard library, serde or the framework does.
fn is_plain(attr: &Attribute) -> bool {
    let derives = [
        "Clone",
        "Copy",
        "Debug",
        "Default",
        "PartialEq",
        "Eq",
        "Hash",
        "Serialize",
        "Deserialize",
        "Layer",
        "Model",
    ];
    let text = written(attr);
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    is_inert(attr) && (words.next() != Some("derive") || words.all(|word| derives.contains(&word)))
}

/// An attribute that makes nothing of a struct but by the derives that it names.
pub fn is_inert(attr: &Attribute) -> bool {
    let path = attr.path();
    [
        "derive",
        "doc",
        "allow",
        "non_exhaustive",
        "must_use",
        "repr",
        "serde",
    ]
    .iter()
    .any(|name| path.is_ident(name))
}

/// Whether the attributes of a struct, as text, make it a model.
pub fn is_marked(attributes: &str) -> bool {
    let attributes = without_plural(attributes);
    ["model", "Model", "Layer"]
        .iter()
        .any(|word| attributes.contains(word))
}

/// A text without `#[models]`, which is none of ours.
fn without_plural(attributes: &str) -> String {
    attributes
        .replace("#[models", "#[")
        .replace("# [models", "#[")
}

/// Whether it makes a `Layer`, or may.
fn makes_layer(block: &ItemImpl) -> bool {
    let of = block
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.segments.last());
    block.attrs.iter().any(is_model) || of.is_some_and(|of| of.ident == "Layer")
}

/// Whether the block of a trait under `#[model]` is the only one that is to make the `Layer` of a struct.
pub fn is_only_block(ty: &Type) -> bool {
    let Some(name) = plain_name(ty) else {
        return false;
    };
    let around = Around::read(&name).filter(|around| !around.is_unclear);
    around.is_some_and(|around| around.blocks.iter().filter(|b| makes_layer(b)).count() == 1)
}

/// The name of a type that goes by it alone.
pub fn plain_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(ty) => ty.path.get_ident().map(|name| name.unraw().to_string()),
        _ => None,
    }
}

fn methods_of(block: &ItemImpl) -> impl Iterator<Item = &ImplItemFn> {
    block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// `#[model]`, or what may be it under a condition.
pub fn is_model(attr: &Attribute) -> bool {
    without_plural(&written(attr)).contains("model")
}

fn is_configured(attrs: &[Attribute]) -> bool {
    attrs
        .iter()
        .any(|a| a.path().is_ident("cfg") || a.path().is_ident("cfg_attr"))
}
