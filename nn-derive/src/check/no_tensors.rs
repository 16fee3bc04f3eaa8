//! A struct of the file that goes in or out of a `call` and is none of tensors.

use crate::around::Around;
use crate::syntax::owned;
use crate::{blocks, source};
use syn::{FnArg, ImplItemFn, ItemStruct, Path, ReturnType, Type};

/// The first such struct of a `call`, and where it stands. Beside other arguments it is a plain one.
pub fn no_tensors(call: &ImplItemFn) -> Option<(&Path, ItemStruct)> {
    let inputs = call.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(owned(&input.ty)),
        FnArg::Receiver(_) => None,
    });
    let inputs: Vec<&Type> = inputs.collect();
    let only = (inputs.len() == 1).then(|| inputs[0]);
    let output = match &call.sig.output {
        ReturnType::Type(_, output) => Some(&**output),
        ReturnType::Default => None,
    };
    only.into_iter().chain(output).find_map(|ty| {
        let Type::Path(ty) = ty else { return None };
        let name = ty.path.get_ident()?.to_string();
        Some((&ty.path, declared(&name)?))
    })
}

/// The only struct of a name, if nothing makes it one of tensors.
fn declared(name: &str) -> Option<ItemStruct> {
    // Mostly a derive stands before it.
    if blocks::attributes_before(name)?.contains("Tensors")
        || source::is_after(name, "Tensors for ")
    {
        return None;
    }
    let around = Around::read(name).filter(|around| !around.is_unclear)?;
    let is_plain = |item: &ItemStruct| {
        item.attrs.iter().all(blocks::is_inert)
            && !item.fields.is_empty()
            && item.generics.params.is_empty()
    };
    around.declared.filter(is_plain)
}

/// Whether a `call` before this one has the struct in its signature, where it is reported.
pub fn is_reported_before(name: &str) -> bool {
    let text = source::text();
    let mut calls = text[..source::place()].split("fn call").skip(1);
    calls.any(|call| {
        let signature = call.split('{').next().unwrap_or_default();
        source::words(signature, name).next().is_some()
    })
}
