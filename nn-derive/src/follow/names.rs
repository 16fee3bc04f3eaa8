//! Names that stand for two variables, and names of items: what a `use` brings in, and a block declares.

use super::scan::mentions;
use super::{Follower, Local, is_configured};
use crate::source;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;
use syn::{Block, Item, Stmt, UseTree};

/// Names that stand for two variables, which only the compiler can tell apart: some come from a macro and some from the place where it
/// was used, or a macro inside of the function mentions them.
#[derive(Default)]
pub(super) struct Unclear(HashSet<String>);

impl Unclear {
    /// Those of a function.
    pub(super) fn of(function: TokenStream) -> Unclear {
        let (mut origins, mut unclear) = (HashMap::new(), HashSet::new());
        collect(function, &mut origins, &mut unclear);
        Unclear(unclear)
    }

    pub(super) fn contains(&self, name: &Ident) -> bool {
        !self.0.is_empty() && self.0.contains(&name.unraw().to_string())
    }
}

fn collect(
    tokens: TokenStream,
    origins: &mut HashMap<String, String>,
    unclear: &mut HashSet<String>,
) {
    let mut is_macro = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.unraw().to_string();
                is_macro |= name == "macro_rules";
                let origin = origin(&ident);
                match origins.get(&name) {
                    Some(before) if *before != origin => {
                        unclear.insert(name);
                    }
                    Some(_) => {}
                    None => {
                        origins.insert(name, origin);
                    }
                }
            }
            TokenTree::Group(group) => {
                if is_macro {
                    let mut names = Vec::new();
                    super::scan::idents(group.stream(), &mut names);
                    unclear.extend(names.iter().map(|name| name.unraw().to_string()));
                    is_macro = false;
                }
                collect(group.stream(), origins, unclear);
            }
            _ => {}
        }
    }
}

/// Which expansion a name belongs to. The compiler shows that of a span before its place, `#4 bytes(..)`; there is no other way to ask.
fn origin(ident: &Ident) -> String {
    if !proc_macro::is_available() {
        return String::new();
    }
    let span = format!("{:?}", ident.span().unwrap());
    match span.split_once(' ') {
        Some((origin, _)) if origin.starts_with('#') => origin.to_string(),
        _ => String::new(),
    }
}

/// The names that a `use` brings in. One with `*` may bring in any function that is known by its name.
pub(super) fn brought_in(tree: &UseTree) -> Vec<Ident> {
    let of_prelude = || {
        super::calls::FUNCTIONS
            .iter()
            .map(|name| Ident::new(name, Span::call_site()))
    };
    match tree {
        UseTree::Path(path) => brought_in(&path.tree),
        UseTree::Name(name) => vec![name.ident.clone()],
        UseTree::Rename(name) => vec![name.rename.clone()],
        UseTree::Glob(_) => of_prelude().collect(),
        UseTree::Group(group) => group.items.iter().flat_map(brought_in).collect(),
    }
}

impl Follower<'_> {
    /// The items of a block, which hold for all of it, may have the names of others: of `concatenate`, or of a const parameter.
    pub(super) fn items(&mut self, block: &Block) -> TokenStream {
        let mut constants = TokenStream::new();
        for statement in &block.stmts {
            let Stmt::Item(item) = statement else {
                continue;
            };
            match item {
                Item::Fn(item) => self.declare(&item.sig.ident, Local::Unclear),
                Item::Static(item) => self.declare(&item.ident, Local::Unclear),
                Item::Use(item) => {
                    for name in brought_in(&item.tree) {
                        self.declare(&name, Local::Unclear);
                    }
                }
                Item::Const(item) => {
                    self.consts.retain(|name| item.ident != name);
                    self.truths.retain(|name| item.ident != name);
                    let (name, ty, value) = (&item.ident, &item.ty, &item.expr);
                    if source::is_number(ty)
                        && !is_configured(&item.attrs)
                        && !mentions(value.to_token_stream(), "Self")
                    {
                        self.consts.push(name.to_string());
                        constants.extend(quote!(const #name: #ty = #value;));
                    }
                }
                _ => {}
            }
        }
        constants
    }
}
