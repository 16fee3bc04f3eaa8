//! The methods of a block that `#[model]` knows.

use crate::errors::Errors;
use crate::messages;
use crate::syntax::Special;
use syn::{AttrStyle, Attribute, ImplItem, ImplItemFn, ItemImpl};

/// Takes them out of the block.
pub fn special(block: &mut ItemImpl, errors: &mut Errors) -> Special {
    let mut special = Special::default();
    let mut kept = Vec::new();
    for item in std::mem::take(&mut block.items) {
        match item {
            ImplItem::Fn(method) => match slot(&mut special, &method) {
                None => kept.push(ImplItem::Fn(method)),
                Some(Some(_)) => {
                    let name = method.sig.ident.to_string();
                    errors.at(&method.sig.ident, messages::twice(&name));
                }
                Some(empty) => *empty = Some(method),
            },
            other => kept.push(other),
        }
    }
    block.items = kept;
    special
}

/// Whether a method is one of those.
pub fn is_special(method: &ImplItemFn) -> bool {
    slot(&mut Special::default(), method).is_some()
}

fn slot<'s>(special: &'s mut Special, method: &ImplItemFn) -> Option<&'s mut Option<ImplItemFn>> {
    match method.sig.ident.to_string().as_str() {
        "call" => Some(&mut special.call),
        "build" => Some(&mut special.build),
        "train_step" => Some(&mut special.train_step),
        "test_step" => Some(&mut special.test_step),
        "compute_loss" => Some(&mut special.compute_loss),
        "call_any" => Some(&mut special.call_any),
        "autocast" => Some(&mut special.autocast),
        _ => None,
    }
}

/// Writes inner attributes, `#![allow(..)]`, as outer ones: what is made from the block and its methods has another place for them.
pub fn outer_attributes(block: &mut ItemImpl) {
    let outer = |attrs: &mut Vec<Attribute>| {
        attrs
            .iter_mut()
            .for_each(|attr| attr.style = AttrStyle::Outer);
    };
    outer(&mut block.attrs);
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            outer(&mut method.attrs);
        }
    }
}
