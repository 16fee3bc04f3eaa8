//! What `#[derive(Layer)]` and `#[derive(Model)]` generate: access to the fields. Behaviour is in `nn-core` and `nn-train`.

use super::{
    constructors, fields, keys, layer, methods, model, module, output, registration, settings,
    stand_in, unused,
};
use crate::blocks::{self, Call};
use crate::errors::Errors;
use crate::{check, messages, parse, rust_analyzer};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;
use syn::ext::IdentExt;

/// `#[derive(Layer)]`, and with `model` `#[derive(Model)]`.
pub fn structure(input: DeriveInput, model: bool) -> TokenStream {
    let mut errors = Errors::default();
    let mut item = parse::structure(input, &mut errors);
    check::structure(&item, &mut errors);
    check::methods(&mut item, &mut errors);
    let inherent = methods::expand(&item);
    if item.generics.lifetimes().next().is_some() {
        // No placeholder can stand for a model that is not `'static`.
        let errors = errors.into_tokens();
        return quote!(#errors #inherent);
    }
    let mut layer = match model {
        true => model::expand(&item),
        false => model::is_layer(&item),
    };
    if item.generics.params.is_empty() {
        // Whatever calls it would fail as well.
        let name = item.ident.unraw().to_string();
        match blocks::call(&name) {
            Call::Unknown => {}
            Call::Missing => {
                errors.at(&item.ident, messages::no_call(&name));
                layer.extend(layer::placeholder_of(&item, None));
            }
            Call::Unmarked(call) => {
                errors.at(&item.ident, messages::unmarked_block(&name));
                layer.extend(layer::placeholder_of(&item, Some(&call)));
            }
        }
    }
    // In an editor what is half typed comes first, so that nothing before it depends on it.
    let editor = rust_analyzer::is_running().then(|| {
        let (keys, constructors) = (keys::expand(&item), constructors::expand(&item));
        quote!(#keys #constructors)
    });
    if errors.count() > 0 {
        // Something stands for the rest, so that one mistake does not show up as missing implementations elsewhere.
        let stand_in = stand_in::structure(&item);
        let errors = errors.into_tokens();
        return quote!(#editor #errors #stand_in #inherent #layer);
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
