//! Layers that blocks without `#[model]` use: a decoder that only a `fn sample` of another block calls.
//!
//! A macro sees the item that it is on and no other, so the blocks are looked for in the source file. One in another file is not found:
//! `#[model(unused)]` is for that.

use super::Uses;
use crate::source;
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemImpl, Type};

/// What the other blocks of a struct mention of its fields.
pub fn mentioned(ident: &Ident) -> BTreeSet<String> {
    mentioned_in(&source::text(), ident)
}

fn mentioned_in(text: &str, ident: &Ident) -> BTreeSet<String> {
    let mut blocks = Blocks {
        ident,
        names: BTreeSet::new(),
    };
    // Most files have no such block, and need not be read as Rust to know.
    if has_other_block(text, &ident.to_string())
        && let Ok(file) = syn::parse_file(text)
    {
        blocks.visit_file(&file);
    }
    blocks.names
}

/// Whether some line begins an `impl` of the struct without `#[model]` before it.
fn has_other_block(text: &str, name: &str) -> bool {
    let mut is_model = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            is_model |= line.contains("model");
        } else if line.starts_with("impl") && line.contains(name) && !is_model {
            return true;
        } else {
            is_model = false;
        }
    }
    false
}

struct Blocks<'a> {
    ident: &'a Ident,
    names: BTreeSet<String>,
}

impl Visit<'_> for Blocks<'_> {
    fn visit_item_impl(&mut self, block: &ItemImpl) {
        let is_of_struct = matches!(&*block.self_ty, Type::Path(ty)
            if ty.path.segments.last().is_some_and(|last| last.ident == *self.ident));
        if is_of_struct && !block.attrs.iter().any(is_model) {
            visit::visit_item_impl(self, block);
        }
    }

    fn visit_impl_item_fn(&mut self, method: &ImplItemFn) {
        let mut uses = Uses::default();
        uses.scan(method.block.to_token_stream(), &[]);
        self.names.extend(uses.names().map(str::to_string));
    }
}

fn is_model(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|last| last.ident == "model")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let ident = Ident::new("Net", proc_macro2::Span::call_site());
        mentioned_in(text, &ident).into_iter().collect()
    }

    #[test]
    fn other_blocks_of_the_struct_are_found_wherever_they_stand() {
        let file = "
            #[model]
            impl Net { fn call(&self, x: Tensor) -> Tensor { self.encoder(x) } }
            mod sampling {
                impl super::Net {
                    pub fn sample(&self, x: Tensor) -> Tensor { self.decoder(x) }
                }
            }
            impl Sample for Net { fn draw(&self) -> Tensor { self.prior.value() } }
            impl Other { fn f(&self) { self.other(1) } }
        ";
        assert_eq!(names(file), ["decoder", "prior"]);
    }

    #[test]
    fn the_block_of_call_is_not_another_one() {
        let file = "
            #[nn::model]
            #[allow(unused)]
            impl Net { fn call(&self, x: Tensor) -> Tensor { self.encoder(x) } }
        ";
        assert_eq!(names(file), [""; 0]);
        assert!(!has_other_block(file, "Net"));
    }
}
