//! What a name means where a macro cannot look: two variables of one name, and names of the prelude that the file gives another meaning.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use syn::ext::IdentExt;
use syn::{Type, UseTree};

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

/// Whether a type is one of whole numbers.
pub(super) fn is_number(ty: &Type) -> bool {
    is_number_name(&ty.to_token_stream().to_string())
}

fn is_number_name(ty: &str) -> bool {
    ["usize", "isize", "u32", "i32", "u64", "i64"].contains(&ty)
}

thread_local! {
    /// The files of the crate that is being compiled, as far as they were asked for.
    static FILES: RefCell<HashMap<PathBuf, Rc<str>>> = RefCell::default();
}

/// The source around the macro's use. It is a dependency of the crate already, and so may be read. Empty if there is none: then names
/// are taken for what they usually are.
fn source() -> Rc<str> {
    let file = match proc_macro::is_available() {
        true => Span::call_site().unwrap().local_file(),
        false => None,
    };
    let Some(file) = file else {
        return Rc::from("");
    };
    FILES.with_borrow_mut(|files| {
        let text = files
            .entry(file)
            .or_insert_with_key(|file| Rc::from(std::fs::read_to_string(file).unwrap_or_default()));
        text.clone()
    })
}

/// Where a word stands in a text.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        (!before.is_some_and(is_part) && !after.is_some_and(is_part)).then_some(at)
    })
}

/// Whether the file defines a name: after `fn` or `macro_rules!`.
pub(super) fn defines(name: &str, keyword: &str) -> bool {
    let source = source();
    words(&source, name).any(|at| source[..at].trim_end().ends_with(keyword))
}

/// Whether a function that is called by its plain name is another one than the prelude's: the file defines it, or brings it in from
/// somewhere else.
pub(super) fn is_another_function(name: &str, framework: &str) -> bool {
    if defines(name, "fn") {
        return true;
    }
    let source = source();
    words(&source, name).any(|at| {
        let start = source[..at].rfind([';', '}']).map_or(0, |i| i + 1);
        let statement = &source[start..at];
        let Some(used) = words(statement, "use").next() else {
            return false;
        };
        let from = statement[used + 3..].trim_start().trim_start_matches("::");
        let is_statement = !statement[used..].contains(['(', '=']);
        is_statement
            && !["nn", "nn_core", framework]
                .iter()
                .any(|name| from.starts_with(name))
    })
}

/// Whether a constant of this name is a whole number wherever the file declares it, and is declared there.
pub(super) fn is_number_constant(name: &str) -> bool {
    let source = source();
    let mut declared = words(&source, name).filter_map(|at| {
        let before = source[..at].trim_end();
        if !before.ends_with("const") {
            return None;
        }
        let after = source[at + name.len()..].trim_start().strip_prefix(':')?;
        let ty = after.split(['=', ';']).next()?.trim();
        Some(is_number_name(ty))
    });
    declared.next() == Some(true) && declared.all(|is_number| is_number)
}
