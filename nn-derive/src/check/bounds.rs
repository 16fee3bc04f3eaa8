//! Parameters of a block that are called as layers, and of which nothing says what they take.

use super::types::held;
use crate::errors::Errors;
use crate::{blocks, messages};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    GenericArgument, ImplItemFn, ItemImpl, PathArguments, Type, TypeParam, TypeParamBound,
    WherePredicate,
};

/// A parameter of a block without more of a bound than `Layer`, if `call` hands to a field of its type what is not said in its terms.
pub fn unbound_layer<'b>(block: &'b ItemImpl, call: &ImplItemFn) -> Option<&'b TypeParam> {
    let Type::Path(ty) = &*block.self_ty else {
        return None;
    };
    let last = ty.path.segments.last()?;
    let PathArguments::AngleBracketed(given) = &last.arguments else {
        return None;
    };
    let is_bare = |param: &&TypeParam| {
        let is_layer = |bound: &TypeParamBound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|last| last.ident == "Layer" && last.arguments.is_none())
            }
            _ => true,
        };
        let predicates = block
            .generics
            .where_clause
            .iter()
            .flat_map(|w| &w.predicates);
        let is_no_more = |predicate: &WherePredicate| match predicate {
            WherePredicate::Type(bounded) if is_param(&bounded.bounded_ty, &param.ident) => {
                bounded.bounds.iter().all(is_layer)
            }
            other => !mentions(other.to_token_stream(), &param.ident),
        };
        param.bounds.iter().all(is_layer)
            && predicates.into_iter().all(is_no_more)
            && !mentions(call.sig.to_token_stream(), &param.ident)
    };
    let mut bare = block.generics.type_params().filter(is_bare).peekable();
    bare.peek()?;
    let item = blocks::only_struct(&last.ident.to_string())?;
    bare.find(|param| {
        let is_it = |argument: &GenericArgument| {
            matches!(argument, GenericArgument::Type(ty) if is_param(ty, &param.ident))
        };
        let place = given.args.iter().position(is_it);
        let own = place.and_then(|place| item.generics.params.iter().nth(place));
        let Some(syn::GenericParam::Type(own)) = own else {
            return false;
        };
        let is_own = |field: &&syn::Field| is_param(held(&field.ty), &own.ident);
        // What the struct says of it holds for the block too.
        let says_more = own.bounds.to_token_stream().to_string().contains('<')
            || mentions(item.generics.where_clause.to_token_stream(), &own.ident);
        let mut fields = item.fields.iter().filter(is_own).filter_map(|f| f.ident.as_ref());
        !says_more && fields.any(|name| calls(call.block.to_token_stream(), name))
    })
}

/// Writes the bounds of a struct on the parameters of a block that has them without, `impl<L> Net<L>`, and reports that they are missing.
pub fn missing_bounds(block: &mut ItemImpl, errors: &mut Errors) {
    let Type::Path(ty) = &*block.self_ty else {
        return;
    };
    let Some(last) = ty.path.segments.last() else {
        return;
    };
    let PathArguments::AngleBracketed(given) = &last.arguments else {
        return;
    };
    let predicates = block.generics.where_clause.to_token_stream();
    let is_bare = |param: &TypeParam| {
        param.bounds.iter().all(says_nothing) && !mentions(predicates.clone(), &param.ident)
    };
    if !block.generics.type_params().any(is_bare) {
        return;
    }
    let name = last.ident.to_string();
    let Some(item) = blocks::only_struct(&name) else {
        return;
    };
    let places: Vec<Option<Ident>> = given
        .args
        .iter()
        .map(|argument| match argument {
            GenericArgument::Type(Type::Path(ty)) => ty.path.get_ident().cloned(),
            _ => None,
        })
        .collect();
    for param in block.generics.type_params_mut().filter(|p| is_bare(p)) {
        let place = places
            .iter()
            .position(|place| place.as_ref() == Some(&param.ident));
        let own = place.and_then(|place| item.generics.params.iter().nth(place));
        let Some(syn::GenericParam::Type(own)) = own else {
            continue;
        };
        let is_of_layers = |bound: &TypeParamBound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|last| last.ident == "Layer" || last.ident == "Module")
            }
            _ => false,
        };
        // Another parameter may have another name in the block.
        let mut others = item.generics.params.iter().filter_map(|other| match other {
            syn::GenericParam::Type(other) => Some(&other.ident),
            _ => None,
        });
        let is_alone = !others.any(|other| mentions(own.bounds.to_token_stream(), other));
        if (own.ident == param.ident || is_alone) && own.bounds.iter().any(is_of_layers) {
            let bounds = messages::type_as_written(&own.bounds);
            errors.at(
                &param.ident,
                messages::bound_of_struct(&param.ident, &name, &bounds),
            );
            param.bounds.extend(own.bounds.iter().cloned());
        }
    }
}

/// Whether a bound makes no layer of a type.
fn says_nothing(bound: &TypeParamBound) -> bool {
    let known = ["Clone", "Copy", "Debug", "Default", "Send", "Sync", "Sized"];
    match bound {
        TypeParamBound::Trait(bound) => known.iter().any(|name| bound.path.is_ident(name)),
        TypeParamBound::Lifetime(_) => true,
        _ => false,
    }
}

fn is_param(ty: &Type, name: &Ident) -> bool {
    matches!(ty, Type::Path(ty) if ty.path.is_ident(name))
}

/// Whether `self.name(..)` or `self.name.forward(..)` is in a piece of code.
fn calls(tokens: TokenStream, name: &Ident) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_call = |part: &[TokenTree]| {
        matches!(part, [TokenTree::Ident(this), TokenTree::Punct(_), TokenTree::Ident(called), TokenTree::Group(_)]
            if this == "self" && called == name)
    };
    let is_forward = |part: &[TokenTree]| {
        matches!(part, [TokenTree::Ident(this), TokenTree::Punct(_), TokenTree::Ident(called), TokenTree::Punct(_), TokenTree::Ident(method), TokenTree::Group(_)]
            if this == "self" && called == name && (method == "forward" || method == "call"))
    };
    tokens.windows(4).any(is_call)
        || tokens.windows(6).any(is_forward)
        || tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => calls(group.stream(), name),
            _ => false,
        })
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
