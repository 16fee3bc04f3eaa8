//! The types of fields that are no parts of a model, as far as their names tell.

use crate::errors::Errors;
use crate::syntax::{Field, Holder, Role, Struct};
use crate::{blocks, messages, source};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, Item, PathArguments, PathSegment, Type, TypeParamBound, TypePath,
    TypeTraitObject, parse_quote,
};

/// A tensor is no part of a model, nor are numbers and what hides a layer behind a lock.
pub fn field_type(field: &Field, errors: &mut Errors) {
    let Some(last) = last_segment(&field.ty) else {
        return;
    };
    let name = last.ident.to_string();
    match field.role {
        Role::Module if name == "Tensor" => {
            errors.at(&field.ty, messages::tensor_field(&field.name()));
        }
        Role::Param(_) if name == "Tensor" => errors.at(&field.ty, messages::TENSOR_AS_PARAM),
        Role::Module if name == "HashMap" && is_of_std(&field.ty, "collections") => {
            errors.at(&field.ty, messages::HASH_MAP)
        }
        Role::Module if is_lock(&field.ty) => errors.at(&field.ty, messages::locked(&name)),
        Role::Module if is_unshared(&field.ty) => errors.at(&field.ty, messages::unshared(&name)),
        Role::Module if held_layer(last).is_some() => {
            errors.at(&field.ty, messages::dyn_layer("Layer"));
        }
        Role::Module => plain(&field.ty, field.declared.is_some(), errors),
        _ => {}
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(ty) => ty.path.segments.last(),
        Type::Paren(paren) => last_segment(&paren.elem),
        Type::Group(group) => last_segment(&group.elem),
        _ => None,
    }
}

/// Numbers, texts and containers of them.
fn plain(ty: &Type, is_declared: bool, errors: &mut Errors) {
    if let Some((ty, name)) = plain_type(ty) {
        errors.at(ty, messages::plain_field(&name, is_declared));
    }
}

/// Structs of the file that are no layers, each asked for once: a model has many fields of few types.
pub fn plain_structs(item: &mut Struct, errors: &mut Errors) {
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    for field in &mut item.fields {
        if field.is_wrong || !matches!(field.role, Role::Module) {
            continue;
        }
        let Type::Path(path) = held(&field.ty) else {
            continue;
        };
        let Some(name) = path.path.get_ident().map(Ident::to_string) else {
            continue;
        };
        let is_plain = known
            .entry(name.clone())
            .or_insert_with(|| blocks::is_plain_struct(&name));
        if *is_plain {
            errors.at(path, messages::plain_struct(&name));
            field.is_wrong = true;
        }
    }
}

/// What a container of the standard library holds.
fn held(ty: &Type) -> &Type {
    match Holder::of(ty) {
        Some(Holder::Array(array)) => held(&array.elem),
        Some(
            Holder::Option(inner) | Holder::Box(inner) | Holder::Arc(inner) | Holder::Vec(inner),
        ) => held(inner),
        None => ty,
    }
}

/// A field of a struct of tensors.
pub fn tensors_of(ty: &Type, errors: &mut Errors) {
    if let Some((ty, name)) = plain_type(ty) {
        errors.at(ty, messages::plain_beside_tensors(&name));
    }
}

/// A number or a text in a type, if that is all that is in it.
pub fn plain_type(ty: &Type) -> Option<(&Type, String)> {
    let ty = held(ty);
    let names = [
        "usize", "u8", "u16", "u32", "u64", "u128", "isize", "i8", "i16", "i32", "i64", "i128",
        "f32", "f64", "bool", "char", "String",
    ];
    let Type::Path(path) = ty else { return None };
    let name = names.iter().find(|name| path.path.is_ident(name))?;
    Some((ty, name.to_string()))
}

/// A type of the standard library that locks what it holds.
fn is_lock(ty: &Type) -> bool {
    is_one_of(ty, &["Mutex", "RwLock"], "sync")
}

/// One that stays in the thread that made it.
fn is_unshared(ty: &Type) -> bool {
    let names = ["RefCell", "Cell", "OnceCell", "LazyCell", "UnsafeCell"];
    is_one_of(ty, &names, "cell")
}

fn is_one_of(ty: &Type, names: &[&str], module: &str) -> bool {
    last_segment(ty).is_some_and(|last| {
        let is_named = names.iter().any(|name| last.ident == name);
        is_named && !last.arguments.is_empty() && is_of_std(ty, module)
    })
}

/// Whether a type is the one that a module of the standard library has under its name: a `Cell` may be a layer too.
fn is_of_std(ty: &Type, module: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    let segments: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    match &segments[..] {
        [.., before, _] => before == module,
        [name] => {
            let text = source::text();
            let is_brought_in = text.is_empty() || text.contains(&format!("std::{module}"));
            is_brought_in
                && !["struct", "enum", "type"]
                    .iter()
                    .any(|kind| source::defines(name, kind))
        }
        [] => false,
    }
}

/// Reports what a model cannot hold, since it is shared by threads or is no type at all, and writes something else for it, so that nothing
/// else is said about it. Gives what has been written before, which is still used: what a `use` brings in for it is not in vain.
pub fn shared(item: &mut Item, krate: &TokenStream, errors: &mut Errors) -> Vec<Type> {
    struct Shared<'a> {
        krate: &'a TokenStream,
        errors: &'a mut Errors,
        replaced: Vec<Type>,
    }
    impl VisitMut for Shared<'_> {
        fn visit_field_mut(&mut self, field: &mut syn::Field) {
            let krate = self.krate;
            let is_plain = |attr: &syn::Attribute| {
                attr.path().is_ident("config") || attr.path().is_ident("model")
            };
            let is_part = !field.attrs.iter().any(is_plain);
            let message = match &field.ty {
                Type::ImplTrait(_) => Some(messages::UNNAMED_TYPE.to_string()),
                Type::Reference(reference) if is_part => match &*reference.elem {
                    Type::Path(held) if is_static(reference) && !held.path.is_ident("str") => {
                        Some(messages::reference(held.to_token_stream()))
                    }
                    _ => None,
                },
                ty => last_segment(ty)
                    .filter(|_| is_part && is_lock(ty))
                    .map(|last| messages::locked(&last.ident.to_string())),
            };
            let Some(message) = message else {
                return visit_mut::visit_field_mut(self, field);
            };
            self.errors.at(&field.ty, message);
            let ty = &field.ty;
            field.ty = match ty {
                Type::ImplTrait(_) => parse_quote!(#krate::registry::AnyLayer),
                _ => parse_quote!(#krate::__private::StandIn<#ty>),
            };
        }

        fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
            let Some(last) = ty.path.segments.last().cloned() else {
                return;
            };
            let krate = self.krate;
            if last.ident == "Rc" && held_layer(&last).is_none() && !last.arguments.is_empty() {
                self.errors.at(&*ty, messages::RC);
                self.replaced.push(Type::Path(ty.clone()));
                let mut inside = last.arguments;
                let mut nothing = Errors::default();
                let mut within = Shared {
                    krate,
                    errors: &mut nothing,
                    replaced: Vec::new(),
                };
                within.visit_path_arguments_mut(&mut inside);
                *ty = parse_quote!(::std::sync::Arc #inside);
            } else if is_unshared(&Type::Path(ty.clone())) {
                self.errors
                    .at(&*ty, messages::unshared(&last.ident.to_string()));
                *ty = parse_quote!(#krate::__private::StandIn<#ty>);
            } else if let Some((object, name)) = held_layer(&last) {
                self.errors.at(object, messages::dyn_layer(&name));
                *ty = parse_quote!(::std::boxed::Box<dyn #krate::registry::DynLayer>);
            } else {
                visit_mut::visit_type_path_mut(self, ty);
            }
        }
    }
    let mut shared = Shared {
        krate,
        errors,
        replaced: Vec::new(),
    };
    shared.visit_item_mut(item);
    shared.replaced
}

fn is_static(reference: &syn::TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The `dyn Layer` in a `Box<dyn Layer>`, and the name of its trait.
fn held_layer(holder: &PathSegment) -> Option<(&TypeTraitObject, String)> {
    let PathArguments::AngleBracketed(arguments) = &holder.arguments else {
        return None;
    };
    let Some(GenericArgument::Type(Type::TraitObject(object))) = arguments.args.first() else {
        return None;
    };
    let path = object.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    })?;
    let (first, name) = (path.segments.first()?, path.segments.last()?);
    // Another trait may have the name.
    let is_another = path.segments.len() > 1 && first.ident != "nn";
    if is_another || source::defines(&name.ident.to_string(), "trait") {
        return None;
    }
    let is_layer = name.ident == "Layer" || name.ident == "Model";
    is_layer.then(|| (object, name.ident.to_string()))
}
