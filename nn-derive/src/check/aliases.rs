//! Types that go by another name, `type Stack = [Dense; 3]`, where a macro must know what is in them: it sees the name alone.
//!
//! What the file says of such a name is written in its place where it stands in the same module. Of one from another module, whose names may
//! mean something else here, a message says what to write.

use crate::errors::Errors;
use crate::expand::has_reference;
use crate::syntax::{Holder, Struct};
use crate::{blocks, messages, source};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{GenericParam, ItemImpl, ItemStruct, ItemType, PathArguments, Signature, Type, TypePath};

/// How many names may stand for each other, one after the other.
const DEPTH: usize = 8;

/// The fields that a constructor makes: what holds layers is made of what it holds.
pub fn fields(item: &mut Struct, errors: &mut Errors) {
    let owner = item.ident.to_string();
    let declared = || item.fields.iter().filter(|f| f.declared.is_some());
    let Some(names) = Names::of(declared().map(|f| &f.ty), &owner) else {
        return;
    };
    let is_wanted = |ty: &Type| Holder::of(ty).is_some();
    for field in item.fields.iter_mut().filter(|f| f.declared.is_some()) {
        if let Err((name, meant)) = names.write_out(&mut field.ty, is_wanted) {
            errors.at(&field.ty, messages::layers_by_another_name(name, meant));
            field.is_wrong = true;
        }
    }
}

/// The arguments of `call`: what is lent is kept by value while the layer runs. Gives the types that were written out, as they stood.
pub fn arguments(
    sig: &mut Signature,
    owner: &Type,
    krate: &TokenStream,
    errors: &mut Errors,
) -> Vec<Type> {
    let mut written_out = Vec::new();
    let Type::Path(owner) = owner else {
        return written_out;
    };
    let Some(owner) = owner.path.segments.last() else {
        return written_out;
    };
    let types = sig.inputs.iter().filter_map(|argument| match argument {
        syn::FnArg::Typed(argument) => Some(&*argument.ty),
        syn::FnArg::Receiver(_) => None,
    });
    let Some(names) = Names::of(types, &owner.ident.to_string()) else {
        return written_out;
    };
    for argument in &mut sig.inputs {
        let syn::FnArg::Typed(argument) = argument else {
            continue;
        };
        let before = argument.ty.clone();
        match names.write_out(&mut argument.ty, has_reference) {
            Err((name, meant)) => {
                errors.at(&argument.ty, messages::lent_by_another_name(name, meant));
                // What is most likely behind it stands for it.
                argument.ty = syn::parse_quote!(&#krate::Tensor);
                written_out.push(*before);
            }
            Ok(true) => written_out.push(*before),
            Ok(false) => {}
        }
    }
    written_out
}

/// The names that the file gives to types, among those asked for.
struct Names {
    known: BTreeMap<String, ItemType>,
    /// Those that are to be seen where the item is that was asked for.
    here: BTreeSet<String>,
}

impl Names {
    /// Looks for the names in these types, which stand at an item of a struct; `None` if the file gives none of them.
    fn of<'t>(types: impl Iterator<Item = &'t Type>, owner: &str) -> Option<Names> {
        struct Words(BTreeSet<String>);
        impl<'ast> Visit<'ast> for Words {
            fn visit_type_path(&mut self, ty: &'ast TypePath) {
                self.0
                    .extend(ty.path.segments.last().map(|s| s.ident.to_string()));
                visit::visit_type_path(self, ty);
            }
        }
        let mut words = Words(BTreeSet::new());
        types.for_each(|ty| words.visit_type(ty));
        if !words.0.iter().any(|name| source::defines(name, "type")) {
            return None;
        }
        let file = syn::parse_file(&source::text()).ok()?;
        let mut found = Found {
            owner,
            scope: Vec::new(),
            named: Vec::new(),
            owners: Vec::new(),
        };
        found.visit_file(&file);
        if found.owners.is_empty() {
            // A macro makes it: where its names stand is not known.
            return None;
        }
        let mut names = Names {
            known: BTreeMap::new(),
            here: BTreeSet::new(),
        };
        for (scope, item) in &found.named {
            let name = item.ident.to_string();
            let is_alone = found
                .named
                .iter()
                .filter(|(_, other)| other.ident == name)
                .count()
                == 1;
            // Another module may have a type of that name.
            let is_another = ["struct", "enum"]
                .iter()
                .any(|kind| source::defines(&name, kind));
            if !is_alone || is_another {
                continue;
            }
            if found.owners.iter().all(|owner| is_seen(scope, owner)) {
                names.here.insert(name.clone());
            }
            names.known.insert(name, item.clone());
        }
        Some(names)
    }

    /// Writes out the names of types of a kind, and tells whether there was one. A name from elsewhere is an error, with what it stands for.
    fn write_out(
        &self,
        ty: &mut Type,
        is_wanted: impl Fn(&Type) -> bool,
    ) -> Result<bool, (String, String)> {
        struct WriteOut<'n, F> {
            names: &'n Names,
            is_wanted: F,
            depth: usize,
            is_changed: bool,
            elsewhere: Option<(String, String)>,
        }
        impl<F: Fn(&Type) -> bool> VisitMut for WriteOut<'_, F> {
            fn visit_type_mut(&mut self, ty: &mut Type) {
                if let Type::Path(path) = &*ty
                    && self.depth < DEPTH
                    && let Some((name, meant)) = self.names.meaning(path)
                    && self
                        .names
                        .leads_to(&meant, &self.is_wanted, DEPTH - self.depth)
                {
                    if path.path.segments.len() > 1 || !self.names.here.contains(&name) {
                        let shown = messages::type_as_written(&meant);
                        self.elsewhere.get_or_insert((name, shown));
                        return;
                    }
                    *ty = meant;
                    self.is_changed = true;
                    self.depth += 1;
                    self.visit_type_mut(ty);
                    self.depth -= 1;
                    return;
                }
                visit_mut::visit_type_mut(self, ty);
            }
        }
        let mut write_out = WriteOut {
            names: self,
            is_wanted,
            depth: 0,
            is_changed: false,
            elsewhere: None,
        };
        write_out.visit_type_mut(ty);
        write_out.elsewhere.map_or(Ok(write_out.is_changed), Err)
    }

    /// What a type is another name for, with its arguments in place.
    fn meaning(&self, path: &TypePath) -> Option<(String, Type)> {
        let last = path.path.segments.last()?;
        let name = last.ident.to_string();
        let item = self.known.get(&name)?;
        let mut given = match &last.arguments {
            PathArguments::AngleBracketed(list) => list.args.iter().collect(),
            _ => Vec::new(),
        }
        .into_iter()
        .peekable();
        let mut meant = BTreeMap::new();
        for param in &item.generics.params {
            let (name, value) = match param {
                // Without one it is left to the compiler, as it is where it is not written at all.
                GenericParam::Lifetime(param) => {
                    let is_given =
                        |a: &&syn::GenericArgument| matches!(a, syn::GenericArgument::Lifetime(_));
                    let value = match given.next_if(|a| is_given(a)) {
                        Some(value) => value.to_token_stream(),
                        None => syn::Lifetime::new("'_", path.span()).to_token_stream(),
                    };
                    (format!("'{}", param.lifetime.ident), value)
                }
                GenericParam::Type(syn::TypeParam { ident, default, .. }) => {
                    let default = default.as_ref().map(|(_, value)| value.to_token_stream());
                    (
                        ident.to_string(),
                        given.next().map(|a| a.to_token_stream()).or(default)?,
                    )
                }
                GenericParam::Const(syn::ConstParam { ident, default, .. }) => {
                    let default = default.as_ref().map(|(_, value)| value.to_token_stream());
                    (
                        ident.to_string(),
                        given.next().map(|a| a.to_token_stream()).or(default)?,
                    )
                }
            };
            meant.insert(name, value);
        }
        let tokens = substituted(item.ty.to_token_stream(), &meant, last.ident.span());
        Some((name, syn::parse2(tokens).ok()?))
    }

    /// Whether a type is of a kind, or a name in it leads to one.
    fn leads_to(&self, ty: &Type, is_wanted: &impl Fn(&Type) -> bool, depth: usize) -> bool {
        struct Named<'n>(&'n Names, Vec<Type>);
        impl<'ast> Visit<'ast> for Named<'_> {
            fn visit_type_path(&mut self, ty: &'ast TypePath) {
                self.1.extend(self.0.meaning(ty).map(|(_, meant)| meant));
                visit::visit_type_path(self, ty);
            }
        }
        if is_wanted(ty) || depth == 0 {
            return is_wanted(ty);
        }
        let mut named = Named(self, Vec::new());
        named.visit_type(ty);
        let mut meant = named.1.iter();
        meant.any(|ty| self.leads_to(ty, is_wanted, depth - 1))
    }
}

/// Tokens of another place with what parameters stand for, as if they were written here.
fn substituted(
    tokens: TokenStream,
    meant: &BTreeMap<String, TokenStream>,
    place: Span,
) -> TokenStream {
    let mut written = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        token.set_span(place);
        let name = match &token {
            TokenTree::Ident(name) => name.to_string(),
            TokenTree::Punct(sign) if sign.as_char() == '\'' => match tokens.peek() {
                Some(TokenTree::Ident(name)) => format!("'{name}"),
                _ => String::new(),
            },
            TokenTree::Group(group) => {
                let inside = substituted(group.stream(), meant, place);
                let mut group = proc_macro2::Group::new(group.delimiter(), inside);
                group.set_span(place);
                written.extend([TokenTree::Group(group)]);
                continue;
            }
            _ => String::new(),
        };
        match meant.get(&name) {
            Some(value) => {
                if name.starts_with('\'') {
                    tokens.next();
                }
                written.extend(value.clone());
            }
            None => written.extend([token]),
        }
    }
    written
}

/// What a file says of names of types and of the items of a struct, each with the modules and bodies that it stands in.
struct Found<'n> {
    owner: &'n str,
    scope: Vec<String>,
    named: Vec<(Vec<String>, ItemType)>,
    owners: Vec<Vec<String>>,
}

impl Found<'_> {
    fn within(&mut self, scope: String, visit: impl FnOnce(&mut Self)) {
        self.scope.push(scope);
        visit(self);
        self.scope.pop();
    }

    fn is_owner(&self, ident: &Ident) -> bool {
        ident == self.owner
    }
}

impl Visit<'_> for Found<'_> {
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.within(item.ident.to_string(), |found| {
            visit::visit_item_mod(found, item)
        });
    }

    fn visit_block(&mut self, block: &syn::Block) {
        let number = self.named.len() + self.owners.len();
        self.within(format!("{{{number}}}"), |found| {
            visit::visit_block(found, block)
        });
    }

    fn visit_item_type(&mut self, item: &ItemType) {
        self.named.push((self.scope.clone(), item.clone()));
    }

    fn visit_item_struct(&mut self, item: &ItemStruct) {
        if self.is_owner(&item.ident) {
            self.owners.push(self.scope.clone());
        }
    }

    fn visit_item_impl(&mut self, block: &ItemImpl) {
        if let Type::Path(ty) = &*block.self_ty
            && ty
                .path
                .segments
                .last()
                .is_some_and(|last| self.is_owner(&last.ident))
            && block.attrs.iter().any(blocks::is_model)
        {
            self.owners.push(self.scope.clone());
        }
        visit::visit_item_impl(self, block);
    }
}

/// Whether what stands in a scope is seen in another one without a path: in the same module, or in a body there.
fn is_seen(scope: &[String], from: &[String]) -> bool {
    from.strip_prefix(scope)
        .is_some_and(|rest| rest.iter().all(|part| part.starts_with('{')))
}
