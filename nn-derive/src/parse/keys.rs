//! The keys of `#[model(..)]`.

use super::known::{DERIVED, WRONG, text};
use crate::errors::Errors;
use crate::messages;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// The keys seen so far, to find repeated ones.
#[derive(Default)]
pub struct Seen(Vec<Path>);

impl Seen {
    /// Whether this is the first time that the key is given.
    fn first(&mut self, key: &Path, errors: &mut Errors) -> bool {
        let is_first = !self.0.iter().any(|before| text(before) == text(key));
        if !is_first {
            errors.at(key, messages::repeated_key(&text(key)));
        }
        self.0.push(key.clone());
        is_first
    }

    pub fn names(&self) -> Vec<Ident> {
        let names = self.0.iter().filter_map(|key| key.get_ident());
        names.filter(|name| *name != "crate").cloned().collect()
    }
}

/// Keys whose absence would be noticed elsewhere too.
const USED: [&str; 3] = ["input", "loss", "targets"];

/// Reads the keys of one `#[model(..)]`. `handle` reads the value of a known key.
pub fn keys(
    tokens: TokenStream,
    place: &str,
    known: &[&'static str],
    seen: &mut Seen,
    errors: &mut Errors,
    mut handle: impl FnMut(&ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    let parser = syn::meta::parser(|mut meta| {
        let fresh = seen.first(&meta.path, errors);
        if [DERIVED, WRONG].iter().any(|mark| meta.path.is_ident(mark)) {
            return Ok(());
        }
        if !known.iter().any(|key| meta.path.is_ident(key)) {
            if fresh {
                errors.at(
                    &meta.path,
                    messages::unknown_key(&text(&meta.path), place, known),
                );
            }
            // What is meant stands for it, so that nothing else is said.
            let near = messages::nearest(&text(&meta.path), known).filter(|_| fresh);
            let Some(meant) = near.filter(|near| USED.contains(near)) else {
                return skip_value(&meta);
            };
            meta.path = Ident::new(meant, meta.path.span()).into();
            if handle(&meta, &mut Errors::default()).is_err() {
                return pass_over(&meta);
            }
            return Ok(());
        }
        if !fresh {
            return skip_value(&meta);
        }
        // What is wrong with one key says nothing of the others.
        let before = errors.count();
        if let Err(error) = handle(&meta, errors) {
            errors.push(error);
        }
        match errors.count() > before {
            true => pass_over(&meta),
            false => Ok(()),
        }
    });
    if let Err(error) = parser.parse2(tokens) {
        // What stands there is no name.
        match error.to_string().contains("nested attribute") {
            true => errors.at_span(error.span(), messages::key_expected(place, known)),
            false => errors.push(error),
        }
    }
}

/// Passes over what could not be read, up to the next key.
fn pass_over(meta: &ParseNestedMeta) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(syn::Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Passes over the value of a key that is not used, so that the keys after it are still read.
fn skip_value(meta: &ParseNestedMeta) -> syn::Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}
