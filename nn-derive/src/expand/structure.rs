//! What `#[derive(Layer)]` and `#[derive(Model)]` generate: access to the fields. Behaviour is in `nn-core` and `nn-train`.

use super::{
    constructors, fields, keys, layer, methods, model, module, output, registration, settings,
    stand_in, unused,
};
use crate::blocks::{self, Call};
use crate::errors::Errors;
use crate::syntax::{New, Struct};
use crate::{check, derives, doubled, messages, misnamed, parse, rust_analyzer};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Item, Meta, Path, parse_quote};

/// `#[model(keys)]` on a struct: the derive, with the keys.
pub fn attribute(keys: TokenStream, mut item: Item) -> TokenStream {
    let krate = parse::crate_of(keys.clone());
    if let Some(attrs) = attributes_of(&mut item)
        && parse::is_marked(attrs, parse::DERIVED)
    {
        // Its derive is not found, which the compiler says; nothing else is to be said.
        return without_derive(&keys, item);
    }
    let mut errors = Errors::default();
    check::untyped(&mut item, &krate, &mut errors);
    given_twice(&mut item, &mut errors);
    derived_default(&keys, &mut item, &mut errors);
    let is_wrong = errors.count() > 0;
    let mark = |is_given: bool, mark: &str| {
        let mark = Ident::new(mark, Span::call_site());
        is_given.then(|| quote!(#[model(#mark)]))
    };
    let is_named = keys.to_string().contains("crate");
    let marks = [mark(is_named, parse::DERIVED), mark(is_wrong, parse::WRONG)];
    // In an editor also where none is typed yet.
    let has_keys = !keys.is_empty() || rust_analyzer::is_running();
    let keys = has_keys.then(|| quote!(#[model(#keys)]));
    let errors = errors.into_tokens();
    quote!(#errors #[derive(#krate::Model)] #keys #(#marks)* #item)
}

/// Takes `Default` out of the derives of a struct for which one is generated, and reports it.
fn derived_default(keys: &TokenStream, item: &mut Item, errors: &mut Errors) {
    if !keys.to_string().contains("new") {
        return;
    }
    let new = parse::constructor_among(&[parse_quote!(#[model(#keys)])]);
    let has_default = keys.to_string().contains("new (") || keys.to_string().contains("new(");
    let Some(attrs) = attributes_of(item) else {
        return;
    };
    if !has_default || !new.is_some_and(|new| new.has_examples()) {
        return;
    }
    without_derives(attrs, &["Default"], messages::DERIVED_DEFAULT, errors);
}

/// Takes derives out, and reports them.
fn without_derives(attrs: &mut [Attribute], of: &[&str], message: &str, errors: &mut Errors) {
    for attr in attrs {
        let derived = derives::paths_derived(attr);
        let is_meant = |path: &&Path| {
            let last = path.segments.last();
            last.is_some_and(|last| of.iter().any(|of| last.ident == of))
        };
        if let Some(path) = derived.iter().find(is_meant) {
            errors.at(path, message);
            let others = derived.iter().filter(|path| !is_meant(path));
            *attr = parse_quote!(#[derive(#(#others),*)]);
        }
    }
}

/// Reports what makes a struct a model beside the `#[model]` that does.
fn given_twice(item: &mut Item, errors: &mut Errors) {
    let Some(attrs) = attributes_of(item) else {
        return;
    };
    without_derives(attrs, &["Model", "Layer"], messages::MODEL_TWICE, errors);
    // One without keys the derive reports.
    let has_keys =
        |attr: &&Attribute| attr.path().is_ident("model") && matches!(attr.meta, Meta::List(_));
    if let Some(attr) = attrs.iter().find(has_keys) {
        errors.at(attr, messages::KEYS_TOGETHER);
    }
}

fn attributes_of(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        _ => None,
    }
}

/// A struct whose `crate = path` is wrong, with what stands for the model.
fn without_derive(keys: &TokenStream, item: Item) -> TokenStream {
    let item = stand_in::stripped(item);
    let declared = syn::parse2(quote!(#[model(#keys)] #item)).ok();
    let krate = parse::crate_of(TokenStream::new());
    let stand_in = declared.map(|declared| stand_in::of(declared, Some(krate)));
    quote!(#item #stand_in)
}

/// What the user's own `new` has to do with that which is generated.
fn own_constructor(item: &mut Struct, errors: &mut Errors) {
    let name = item.ident.unraw().to_string();
    let declared = item.all_fields().find_map(|f| f.declared.as_ref());
    match &item.attrs.new {
        Some(new) if !new.is_guessed && blocks::has_method(&name, "new") => {
            errors.at_span(new.span, messages::own_new(name));
        }
        Some(new) if new.has_examples() && blocks::implements(&name, "Default") => {
            errors.at_span(new.span, messages::own_default(&name));
        }
        // That there is none is reported: who makes one anyway need not hear of it again.
        None if errors.count() > 0 => {
            item.attrs.new = declared.map(|declared| New {
                span: declared.span,
                arguments: Vec::new(),
                is_guessed: true,
            });
        }
        _ => {}
    }
}

/// `#[derive(Layer)]`, and with `model` `#[derive(Model)]`.
pub fn structure(input: DeriveInput, model: bool) -> TokenStream {
    let name = input.ident.unraw().to_string();
    let is_union = matches!(input.data, Data::Union(_));
    if doubled::is_doubled(&name) {
        // Which the compiler reports; of which of the two it would be is not known.
        return TokenStream::new();
    }
    if derives::is_derived_twice(&name, model) {
        return syn::Error::new(Span::call_site(), messages::DERIVED_TWICE).to_compile_error();
    }
    let mut errors = Errors::default();
    let mut item = parse::structure(input, &mut errors);
    if let Some((ty, message)) = check::refused(&item) {
        return output::warning("NotALayer", ty.span(), &message);
    }
    if item.attrs.new.is_none() {
        let keys = blocks::attributes_of_block(&item.ident.unraw().to_string());
        if let Some(new) = parse::constructor_among(&keys) {
            // Which the block reports.
            item.attrs.new = Some(new);
            item.attrs.is_wrong = true;
        }
    }
    check::structure(&mut item, &mut errors);
    own_constructor(&mut item, &mut errors);
    check::methods(&mut item, &mut errors);
    let inherent = methods::expand(&item);
    if item.generics.lifetimes().next().is_some() {
        // No placeholder can stand for a model that is not `'static`.
        let errors = errors.into_tokens();
        return quote!(#errors #inherent);
    }
    if item.is_unfit {
        let stand_in = stand_in::unfit(&item, errors, model);
        return quote!(#stand_in #inherent);
    }
    let name = item.ident.unraw().to_string();
    let mut layer = match model {
        // By hand, which is wrong and said to be.
        true if blocks::implements(&name, "Model") => TokenStream::new(),
        true => model::expand(&item),
        false => model::is_layer(&item),
    };
    if blocks::has_call_of_trait(&name) {
        // Of which the compiler speaks in the trait's terms.
        let message = messages::layer_by_hand(&name);
        layer.extend(output::warning("LayerByHand", item.ident.span(), &message));
    }
    if item.generics.lifetimes().next().is_none() {
        // Whatever calls it would fail as well.
        match blocks::call(&name) {
            Call::Unknown => {}
            Call::Missing => {
                if !is_union && !misnamed::is_misnamed(&name) {
                    errors.at(&item.ident, messages::no_call(&name));
                }
                layer.extend(layer::placeholder_of(&item, None));
            }
            Call::Unmarked(call) => {
                // `#[model]` on the method, `#[layer]` and `#[modle]` on the block speak for themselves.
                let is_said = |a: &Attribute| {
                    parse::is_ours(a) || parse::is_misspelled(a) || parse::is_other_word(a)
                };
                if !call.attrs.iter().any(is_said) {
                    errors.at(&item.ident, messages::unmarked_block(&name));
                }
                layer.extend(layer::placeholder_of(&item, Some(&call)));
            }
        }
    }
    // In an editor what is half typed comes first, so that nothing before it depends on it.
    let editor = rust_analyzer::is_running().then(|| {
        let (keys, constructors) = (keys::expand(&item), constructors::expand(&item));
        quote!(#keys #constructors)
    });
    if errors.count() > 0 || item.attrs.is_wrong {
        // Something stands for the rest, so that one mistake does not show up as missing implementations elsewhere.
        let stand_in = stand_in::structure(&item, errors);
        return quote!(#editor #stand_in #inherent #layer);
    }
    let module = module::expand(&item);
    let debug = item.attrs.debug.then(|| module::debug(&item));
    let registration = registration::expand(&item);
    let unused = unused::expand(&item);
    let constructors = editor.is_none().then(|| constructors::expand(&item));
    let settings = settings::expand(&item);
    let (fields, output) = (fields::expand(&item), output::expand(&item));
    let note = output::note(&item);
    quote!(#editor #module #debug #inherent #layer #registration #unused #constructors #settings #fields #output #note)
}
