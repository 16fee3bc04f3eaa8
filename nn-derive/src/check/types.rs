//! The types of fields that are no parts of a model, as far as their names tell.

use super::foreign_layers;
use super::no_layers::{self, Kind};
use super::positional::is_known;
use crate::errors::Errors;
use crate::syntax::{Field, Holder, Role, Struct};
use crate::{blocks, messages, source};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::collections::BTreeMap;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, Generics, Item, PathArguments, PathSegment, Type, TypeParamBound, TypePath,
    TypeTraitObject, parse_quote,
};

/// A tensor is no part of a model, nor are numbers and what hides a layer behind a lock. Gives whether a model can be used by several threads
/// with it.
pub fn field_type(field: &Field, errors: &mut Errors) -> bool {
    if let Some((ty, message)) = unfit(&field.ty) {
        errors.at(ty, message);
        return false;
    }
    kind_of_field(field, errors);
    true
}

fn kind_of_field(field: &Field, errors: &mut Errors) {
    if let Type::Reference(reference) = &field.ty
        && field.in_tree()
        && is_static(reference)
    {
        match &*reference.elem {
            Type::Path(held) if !held.path.is_ident("str") => {
                errors.at(&field.ty, messages::reference(held.to_token_stream()));
            }
            Type::Slice(slice) => {
                let list = format!("Vec<{}>", messages::type_as_written(&slice.elem));
                errors.at(&field.ty, messages::reference(list));
            }
            _ => {}
        }
        return;
    }
    if let (Role::Config, Type::Reference(lent)) = (&field.role, held(&field.ty)) {
        return errors.at(lent, messages::lent_config(&lent.elem));
    }
    if matches!(field.role, Role::Module) && is_function(&field.ty) {
        return errors.at(&field.ty, messages::FUNCTION);
    }
    let Some(last) = last_segment(&field.ty) else {
        return;
    };
    let name = last.ident.to_string();
    match field.role {
        Role::Module if holds_tensors(&field.ty) => {
            let written = messages::type_as_written(&field.ty).replace("Tensor", "Param");
            let parameter = match field.position {
                Some(_) => written,
                None if name == "Tensor" => format!("#[param] {}: {written}", field.name()),
                None => format!("{}: {written}", field.name()),
            };
            errors.at(&field.ty, messages::tensor_field(&parameter));
        }
        Role::Param(_) if name == "Tensor" => errors.at(&field.ty, messages::TENSOR_AS_PARAM),
        Role::Module if name == "HashMap" && is_of_std(&field.ty, "collections") => {
            errors.at(&field.ty, messages::HASH_MAP)
        }
        Role::Module if let Some(message) = other_container(&field.ty, last) => {
            errors.at(&field.ty, message);
        }
        Role::Module | Role::Param(_) if is_lock(&field.ty) => {
            errors.at(&field.ty, messages::locked(&name));
        }
        Role::Module => match no_layer(&field.ty) {
            Some((ty, kind, name)) => {
                errors.at(
                    ty,
                    messages::no_layer(&name, kind, field.declared.is_some()),
                );
            }
            None => plain(&field.ty, field.declared.is_some(), errors),
        },
        _ => {}
    }
}

/// Whether a layer of the framework is to be saved as a plain value, or is called a parameter.
pub fn layer_as_another(field: &Field, errors: &mut Errors) -> bool {
    let Type::Path(ty) = held(&field.ty) else {
        return false;
    };
    let name = ty.path.get_ident().map(Ident::to_string);
    let is_layer = |name: &String| is_known(name) && !source::is_another_type(name, "nn");
    match name.filter(is_layer) {
        Some(name) if matches!(field.role, Role::Config) => {
            errors.at(ty, messages::layer_as_config(&name));
            true
        }
        Some(name) if matches!(field.role, Role::Param(_)) => {
            errors.at(ty, messages::layer_as_param(&name));
            true
        }
        _ => false,
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

fn holds_tensors(ty: &Type) -> bool {
    last_segment(held(ty)).is_some_and(|last| last.ident == "Tensor" && last.arguments.is_none())
}

/// A closure in a `Box`, or a function.
fn is_function(ty: &Type) -> bool {
    match held(ty) {
        Type::FnPtr(_) => true,
        Type::TraitObject(object) => is_closure(object),
        _ => false,
    }
}

/// Whether a `dyn` is of `Fn(..)`, `FnMut(..)` or `FnOnce(..)`.
fn is_closure(object: &TypeTraitObject) -> bool {
    last_of_bounds(object).any(|last| matches!(last.arguments, PathArguments::Parenthesized(_)))
}

fn last_of_bounds(object: &TypeTraitObject) -> impl Iterator<Item = &PathSegment> {
    object.bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    })
}

/// What holds a closure that stays in one thread.
fn is_unshared_function(holder: &PathSegment) -> bool {
    let PathArguments::AngleBracketed(arguments) = &holder.arguments else {
        return false;
    };
    let Some(GenericArgument::Type(Type::TraitObject(object))) = arguments.args.first() else {
        return false;
    };
    let has = |name: &str| last_of_bounds(object).any(|last| last.ident == name);
    is_closure(object) && !(has("Send") && has("Sync"))
}

/// What is to be said of a container of the standard library that is none of layers.
fn other_container(ty: &Type, last: &PathSegment) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let held: Vec<&Type> = arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect();
    let name = last.ident.to_string();
    let others = ["VecDeque", "LinkedList", "BTreeSet", "HashSet"];
    let message = match &held[..] {
        [element] if others.contains(&&*name) => messages::other_list(&name, element),
        [key, layer] if name == "BTreeMap" => {
            let is_text = matches!(plain_type(key), Some((_, name)) if name == "String");
            let is_number = plain_type(key).is_some() && !is_text;
            let is_other = is_number || matches!(key, Type::Reference(_));
            is_other.then(|| messages::other_key(key, layer))?
        }
        _ => return None,
    };
    is_of_std(ty, "collections").then_some(message)
}

/// A type of the framework that is no layer.
fn no_layer(ty: &Type) -> Option<(&Type, Kind, String)> {
    let ty = held(ty);
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?.to_string();
    let kind = no_layers::kind(&name)?;
    (!source::is_another_type(&name, "nn")).then_some((ty, kind, name))
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
pub fn held(ty: &Type) -> &Type {
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
            let is_brought_in = text.is_empty()
                || text.contains(&format!("std::{module}"))
                || text.contains(&format!("{module}::{name}"))
                || text.contains(&format!("{module}::{{"));
            is_brought_in
                && !["struct", "enum", "type"]
                    .iter()
                    .any(|kind| source::defines(name, kind))
        }
        [] => false,
    }
}

/// Reports what is no type of a field at all, and writes something else for it, so that nothing else is said about it.
pub fn untyped(item: &mut Item, krate: &TokenStream, errors: &mut Errors) {
    struct Untyped<'a> {
        krate: &'a TokenStream,
        generics: Generics,
        /// Within the type that another one holds.
        is_held: bool,
        errors: &'a mut Errors,
    }
    impl VisitMut for Untyped<'_> {
        fn visit_field_mut(&mut self, field: &mut syn::Field) {
            if let Type::ImplTrait(_) = &field.ty {
                let krate = self.krate;
                self.errors.at(&field.ty, messages::UNNAMED_TYPE);
                field.ty = parse_quote!(#krate::registry::AnyLayer);
            }
            visit_mut::visit_field_mut(self, field);
        }

        fn visit_type_path_mut(&mut self, ty: &mut TypePath) {
            if let Some((object, name)) = ty.path.segments.last().and_then(held_layer) {
                let krate = self.krate;
                self.errors.at(object, messages::dyn_layer(&name));
                *ty = parse_quote!(::std::boxed::Box<dyn #krate::registry::DynLayer>);
            } else if let Some(name) = ty.path.get_ident()
                && let Some(own) =
                    foreign_layers::meant_by(&name.to_string(), self.is_held, &self.generics)
            {
                let krate = self.krate;
                self.errors
                    .at(name, messages::foreign_layer(&name.to_string(), own));
                *ty = parse_quote!(#krate::registry::AnyLayer);
            } else {
                let is_held = std::mem::replace(&mut self.is_held, true);
                visit_mut::visit_type_path_mut(self, ty);
                self.is_held = is_held;
            }
        }
    }
    let generics = match item {
        Item::Struct(item) => item.generics.clone(),
        Item::Enum(item) => item.generics.clone(),
        _ => return,
    };
    let mut untyped = Untyped {
        krate,
        generics,
        is_held: false,
        errors,
    };
    untyped.visit_item_mut(item);
}

/// The first type in another one that has something to be said of it.
fn first_in<T>(ty: &Type, said: impl Fn(&Type) -> Option<T>) -> Option<T> {
    struct First<F, T> {
        said: F,
        found: Option<T>,
    }
    impl<F: Fn(&Type) -> Option<T>, T> Visit<'_> for First<F, T> {
        fn visit_type(&mut self, ty: &Type) {
            if self.found.is_none() {
                self.found = (self.said)(ty);
            }
            if self.found.is_none() {
                visit::visit_type(self, ty);
            }
        }
    }
    let mut first = First { said, found: None };
    first.visit_type(ty);
    first.found
}

/// What in the type of a field cannot be in any layer, with what is to be said of it: a model is used by several threads and has a size, and
/// `dyn Layer` is no type.
fn unfit(ty: &Type) -> Option<(Type, String)> {
    if let Type::Slice(slice) = ty {
        return Some((ty.clone(), messages::unsized_list(&slice.elem)));
    }
    first_in(ty, |ty| {
        let last = last_segment(ty)?;
        if let Some((object, name)) = held_layer(last) {
            return Some((
                Type::TraitObject(object.clone()),
                messages::dyn_layer(&name),
            ));
        }
        if is_unshared_function(last) {
            return Some((ty.clone(), messages::UNSHARED_FUNCTION.to_string()));
        }
        let is_rc = last.ident == "Rc" && !last.arguments.is_none();
        let message = match is_rc {
            true => messages::RC.to_string(),
            false => is_unshared(ty).then(|| messages::unshared(&last.ident.to_string()))?,
        };
        Some((ty.clone(), message))
    })
}

/// Whether a struct holds such a thing, as far as the file tells. `#[model]` has written something else for `dyn Layer`.
pub fn is_unfit(name: &str) -> bool {
    let text = source::text();
    // Most files show at once that no struct does.
    let mut slices = text.match_indices(": [").map(|(at, _)| &text[at + 3..]);
    let is_slice = |after: &str| {
        let end = after.find(|c: char| !c.is_alphanumeric() && !"_:<> ".contains(c));
        end.is_some_and(|end| after[end..].starts_with(']'))
    };
    let may_be = ["Rc<", "Cell<", "dyn Layer", "dyn Fn"];
    let may_be = may_be.iter().any(|part| text.contains(part)) || slices.any(is_slice);
    let found = may_be
        .then(|| blocks::attributes_and_fields(name))
        .flatten();
    found.is_some_and(|(attrs, fields)| {
        let is_derive = |attr: &syn::Attribute| {
            let text = attr.to_token_stream().to_string();
            attr.path().is_ident("derive") && (text.contains("Model") || text.contains("Layer"))
        };
        let is_derived = attrs.iter().any(is_derive);
        // Of one under a condition it is not known whether it is there.
        let is_certain = |f: &&syn::Field| !f.attrs.iter().any(|a| a.path().is_ident("cfg"));
        let fields = fields.iter().filter(is_certain);
        let mut found = fields.filter_map(|f| unfit(&f.ty));
        found.any(|(ty, _)| is_derived || !matches!(ty, Type::TraitObject(_)))
    })
}

/// The `dyn Layer` in a struct under a derive alone, which the compiler refuses at the same place, with what is to be said of it. None where
/// the struct is used: something must stand for it then.
pub fn refused(item: &Struct) -> Option<(Type, String)> {
    let found = item.all_fields().find_map(|field| unfit(&field.ty));
    let (ty, message) = found.filter(|(ty, _)| matches!(ty, Type::TraitObject(_)))?;
    (!is_used(&item.ident.to_string())).then_some((ty, message))
}

/// Whether that is so for the struct of a name.
pub fn is_refused(name: &str) -> bool {
    let fields = blocks::attributes_and_fields(name).map(|(_, fields)| fields);
    let is_object = |field: &syn::Field| {
        unfit(&field.ty).is_some_and(|(ty, _)| matches!(ty, Type::TraitObject(_)))
    };
    fields.is_some_and(|fields| fields.iter().any(is_object)) && !is_used(name)
}

/// Whether a file has more of a struct than itself and its blocks.
fn is_used(name: &str) -> bool {
    let text = source::text();
    let is_own = |at: usize| {
        let before = text[..at].trim_end();
        before.ends_with("struct") || before.ends_with("impl")
    };
    text.is_empty() || !source::places(name).all(is_own)
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
