//! The file around a macro's use: what its names mean, where the macro is handed only a part of it.
//!
//! A macro sees neither the functions of a module nor the struct of an `impl`. What it says must be right all the same, so it looks. The
//! file is a dependency of the crate already; if there is none to read, names are taken for what they usually are.

use crate::rust_analyzer;
use proc_macro2::Span;
use quote::ToTokens;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Field, GenericArgument, ItemStruct, Lit, PathArguments, Type};

thread_local! {
    /// The files of the crate that is being compiled, as far as they were asked for.
    static FILES: RefCell<HashMap<PathBuf, Rc<Source>>> = RefCell::default();
}

/// A file, and where its words and lines are: every macro asks for many, and a file may have hundreds of macros.
struct Source {
    text: Rc<str>,
    words: HashMap<String, Rc<[usize]>>,
    lines: Vec<usize>,
}

impl Source {
    fn new(text: String) -> Source {
        let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            match (start, is_of_word(c)) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    words.entry(&text[from..at]).or_default().push(from);
                    start = None;
                }
                _ => {}
            }
        }
        let words = words
            .into_iter()
            .map(|(word, places)| (word.to_string(), Rc::from(places)))
            .collect();
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = [0].into_iter().chain(ends).collect();
        Source {
            text: Rc::from(text),
            words,
            lines,
        }
    }
}

fn source() -> Rc<Source> {
    let read = |file: &PathBuf| {
        Rc::new(Source::new(
            std::fs::read_to_string(file).unwrap_or_default(),
        ))
    };
    match file() {
        Some(file) => {
            FILES.with_borrow_mut(|files| files.entry(file).or_insert_with_key(read).clone())
        }
        None => Rc::new(Source::new(String::new())),
    }
}

/// The source around the macro's use. It is a dependency of the crate already, and so may be read. Empty if there is none: then names
/// are taken for what they usually are.
pub fn text() -> Rc<str> {
    source().text.clone()
}

/// Where a word stands in the source around the macro's use.
pub fn places(word: &str) -> impl Iterator<Item = usize> {
    let source = source();
    let places = match word.chars().all(is_of_word) {
        true => source.words.get(word).cloned().unwrap_or_default(),
        // A raw identifier.
        false => words(&source.text, word).collect(),
    };
    (0..places.len()).map(move |i| places[i])
}

/// The file around the macro's use, if there is one.
fn file() -> Option<PathBuf> {
    // What is edited is not what the file has.
    match proc_macro::is_available() && !rust_analyzer::is_running() {
        true => Span::call_site().unwrap().local_file(),
        false => None,
    }
}

/// Where the macro's use stands in the text.
pub fn place() -> usize {
    let source = source();
    if source.text.is_empty() {
        return 0;
    }
    let start = Span::call_site().unwrap().start();
    let line = source.lines.get(start.line() - 1);
    let line = line.copied().unwrap_or(source.text.len());
    let before = source.text[line..].chars().take(start.column() - 1);
    line + before.map(char::len_utf8).sum::<usize>()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a word stands in a text.
pub fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        (!before.is_some_and(is_of_word) && !after.is_some_and(is_of_word)).then_some(at)
    })
}

/// Whether this stands directly before a word anywhere in the file.
pub fn is_after(word: &str, before: &str) -> bool {
    let source = text();
    places(word).any(|at| source[..at].ends_with(before))
}

/// Whether this stands directly after a word anywhere in the file.
pub fn is_before(word: &str, after: &str) -> bool {
    let source = text();
    places(word).any(|at| source[at + word.len()..].starts_with(after))
}

/// Whether the file defines a name: after `fn` or `macro_rules!`.
pub fn defines(name: &str, keyword: &str) -> bool {
    let source = text();
    places(name).any(|at| source[..at].trim_end().ends_with(keyword))
}

/// Whether the functions of the file that have this name stand under `#[model]`, and there is one.
pub fn is_marked(name: &str) -> bool {
    let source = text();
    let functions = places(name).filter(|&at| {
        let is_function = source[..at].trim_end().ends_with("fn");
        let arguments = source[at..].split([',', ')']).next().unwrap_or_default();
        is_function && words(arguments, "self").next().is_none()
    });
    let mut marked = functions.map(|at| {
        let attributes = source[..at].rsplit(['}', ';', '{']).next();
        let mut attributes = attributes.unwrap_or_default().split("#[").skip(1);
        attributes.any(|a| {
            a.split(']')
                .next()
                .is_some_and(|a| a.trim().ends_with("model"))
        })
    });
    marked
        .next()
        .is_some_and(|first| first && marked.all(|others| others))
}

/// Whether a function that is called by its plain name is another one than the prelude's: the file defines it, or brings it in from
/// somewhere else.
pub fn is_another_function(name: &str, framework: &str) -> bool {
    defines(name, "fn") || comes_from_elsewhere(name, framework)
}

/// Whether a `use` of the file brings a function in from the framework by its name, and nothing else may be meant by that.
pub fn is_of_framework(name: &str, framework: &str) -> bool {
    let source = text();
    let uses = || {
        places("use").map(|at| {
            let statement = source[at + 3..].split(';').next().unwrap_or_default();
            statement.trim_start().trim_start_matches("::")
        })
    };
    let is_ours = |statement: &str| {
        let mut roots = ["nn", framework].into_iter();
        roots.any(|root| {
            statement
                .strip_prefix(root)
                .is_some_and(|rest| rest.starts_with("::"))
        })
    };
    let names = |statement: &str| {
        is_ours(statement)
            && words(statement, name).next().is_some()
            && words(statement, "as").next().is_none()
    };
    // What `*` brings in from elsewhere, within a function, would be meant instead.
    let hides = |statement: &str| statement.contains('*') && !is_ours(statement);
    uses().any(names) && !uses().any(hides) && !is_another_function(name, framework)
}

/// Whether the file brings nothing in but from the framework and the standard library: then no trait of others gives types methods.
pub fn uses_framework_alone() -> bool {
    let source = text();
    let mut uses = places("use").map(|at| source[at + 3..].trim_start());
    let known = ["nn::", "std::", "core::", "serde::"];
    !source.is_empty() && uses.all(|from| known.iter().any(|name| from.starts_with(name)))
}

/// Whether a path begins with the name that another library has in Python, `F::relu`, and the file knows of nothing else that has it.
pub fn is_lost_library(name: &str) -> bool {
    let source = text();
    let is_path = |at: usize| {
        let is_used = source[..at].trim_end().ends_with("use");
        source[at + name.len()..].starts_with("::") && !is_used
    };
    let known = ["F", "torch", "tf", "np", "keras", "jnp", "functional"];
    known.contains(&name) && !source.is_empty() && places(name).all(is_path)
}

/// Whether the file has a value of a name, or brings one in.
pub fn is_another_value(name: &str) -> bool {
    let mut keywords = ["const", "static"].into_iter();
    keywords.any(|keyword| defines(name, keyword)) || is_another_function(name, "nn")
}

/// Whether a type that is written by its plain name is another one than the prelude's.
pub fn is_another_type(name: &str, framework: &str) -> bool {
    let framework = framework.replace([' ', ':'], "");
    let mut keywords = ["struct", "enum", "type"].into_iter();
    keywords.any(|keyword| defines(name, keyword)) || comes_from_elsewhere(name, &framework)
}

/// Whether a `use` of the file brings a name in that is not the framework's.
fn comes_from_elsewhere(name: &str, framework: &str) -> bool {
    let source = text();
    // From the few `use`s to the name: every layer of a model has a type, and all that is before it would be read again for each.
    places("use").any(|at| {
        let statement = source[at + 3..]
            .split([';', '}', '(', '='])
            .next()
            .unwrap_or_default();
        let from = statement.trim_start().trim_start_matches("::");
        // The cheaper question first.
        !["nn", "nn_core", framework]
            .iter()
            .any(|name| from.starts_with(name))
            && words(statement, name).next().is_some()
    })
}

/// Whether a constant of this name is a whole number wherever the file declares it, and is declared there.
pub fn is_number_constant(name: &str) -> bool {
    is_constant_of(name, is_number_name)
}

/// Whether it is a truth value.
pub fn is_truth_constant(name: &str) -> bool {
    is_constant_of(name, |ty| ty == "bool")
}

fn is_constant_of(name: &str, fits: impl Fn(&str) -> bool) -> bool {
    let source = text();
    let mut declared = places(name).filter_map(|at| {
        let before = source[..at].trim_end();
        if !before.ends_with("const") {
            return None;
        }
        let after = source[at + name.len()..].trim_start().strip_prefix(':')?;
        let ty = after.split(['=', ';']).next()?.trim();
        Some(fits(ty))
    });
    declared.next() == Some(true) && declared.all(|fits| fits)
}

/// Whether a type is one of whole numbers.
pub fn is_number(ty: &Type) -> bool {
    is_number_name(&ty.to_token_stream().to_string())
}

fn is_number_name(ty: &str) -> bool {
    ["usize", "isize", "u32", "i32", "u64", "i64"].contains(&ty)
}

/// Whether a name is a field of the only struct of a name in the file, and nothing else there: no function, and nothing that a `use` brings in.
pub fn is_field_alone(of: &str, name: &str) -> bool {
    is_alone(of, name, &|_| true)
}

/// Whether it is a layer too.
pub fn is_layer_alone(of: &str, name: &str) -> bool {
    is_alone(of, name, &|field| {
        let ty = field.ty.to_token_stream().to_string();
        let is_function = ["fn", "Fn", "FnMut", "FnOnce"]
            .iter()
            .any(|word| words(&ty, word).next().is_some());
        !is_function && field.attrs.iter().all(is_of_layer)
    })
}

/// Whether it is one whose type is not the file's own, which may have a `call` of another kind.
pub fn is_foreign_layer_alone(of: &str, name: &str) -> bool {
    let is_foreign = |field: &Field| match &field.ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            let is_layer = crate::check::kind(&name).is_none();
            is_layer && !defines(&name, "struct") && !defines(&name, "enum")
        }),
        _ => false,
    };
    is_layer_alone(of, name) && is_alone(of, name, &is_foreign)
}

/// Whether it is a layer whose type's name is meant.
pub fn is_alone_of(of: &str, name: &str, is_meant: fn(&str) -> bool) -> bool {
    let is_of = |field: &Field| match &field.ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| is_meant(&last.ident.to_string()))
        }
        _ => false,
    };
    is_layer_alone(of, name) && is_alone(of, name, &is_of)
}

/// An attribute that layers have.
fn is_of_layer(attr: &Attribute) -> bool {
    let mut known = ["layer", "doc", "allow"].into_iter();
    let is_unused = attr.to_token_stream().to_string().contains("unused");
    known.any(|name| attr.path().is_ident(name)) || is_unused
}

fn is_alone(of: &str, name: &str, is_meant: &dyn Fn(&Field) -> bool) -> bool {
    let source = text();
    let is_declared =
        places(name).any(|at| source[at + name.len()..].trim_start().starts_with(':'));
    if !is_declared || is_another_function(name, "nn") {
        return false;
    }
    struct Fields<'n> {
        of: &'n str,
        name: &'n str,
        structs: usize,
        is_field: bool,
        is_imported: bool,
        is_meant: &'n dyn Fn(&Field) -> bool,
    }
    impl<'ast> Visit<'ast> for Fields<'_> {
        fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
            if item.ident == self.of {
                self.structs += 1;
                let is_it = |f: &&Field| f.ident.as_ref().is_some_and(|name| name == self.name);
                let field = item.fields.iter().find(is_it);
                self.is_field |= field.is_some_and(self.is_meant);
            }
        }
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            // With `*` anything may come in, but for what comes from the framework.
            let text = item.tree.to_token_stream().to_string();
            self.is_imported |= text.contains('*') && !text.starts_with("nn ");
            self.is_imported |= words(&text, self.name).next().is_some();
        }
        fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
            // A macro may define a function.
            self.is_imported |= words(&item.mac.tokens.to_string(), self.name)
                .next()
                .is_some();
        }
    }
    let Ok(file) = syn::parse_file(&source) else {
        return false;
    };
    let mut fields = Fields {
        of,
        name,
        structs: 0,
        is_field: false,
        is_imported: false,
        is_meant,
    };
    fields.visit_file(&file);
    fields.structs == 1 && fields.is_field && !fields.is_imported
}

/// The numbers and flags that the file gives to the parameters of a struct, `Net<3>` and `Net::<3>::new()`, each list once. None if it is not certain which
/// struct that is.
pub fn numbers_given(of: &str) -> Vec<Vec<String>> {
    struct Given<'n> {
        of: &'n str,
        structs: usize,
        is_imported: bool,
        lists: Vec<Vec<String>>,
    }
    impl<'ast> Visit<'ast> for Given<'_> {
        fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
            self.structs += usize::from(item.ident == self.of);
            visit::visit_item_struct(self, item);
        }
        fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
            let text = item.tree.to_token_stream().to_string();
            let is_own = ["self ", "super ", "crate "]
                .iter()
                .any(|root| text.starts_with(root));
            self.is_imported |= !is_own && words(&text, self.of).next().is_some();
        }
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            if segment.ident == self.of
                && let PathArguments::AngleBracketed(arguments) = &segment.arguments
            {
                let numbers = arguments.args.iter().map(|argument| match argument {
                    GenericArgument::Const(Expr::Lit(lit)) => match &lit.lit {
                        Lit::Int(n) => Some(n.base10_digits().to_string()),
                        Lit::Bool(b) => Some(b.value.to_string()),
                        _ => None,
                    },
                    _ => None,
                });
                let list = numbers.collect::<Option<Vec<String>>>();
                self.lists.extend(list.filter(|list| !list.is_empty()));
            }
            visit::visit_path_segment(self, segment);
        }
    }
    let source = text();
    let Ok(file) = syn::parse_file(&source) else {
        return Vec::new();
    };
    let mut given = Given {
        of,
        structs: 0,
        is_imported: false,
        lists: Vec::new(),
    };
    given.visit_file(&file);
    if given.structs != 1 || given.is_imported {
        return Vec::new();
    }
    given.lists.sort();
    given.lists.dedup();
    given.lists
}

/// Whether the file is one that no other has as a module, as far as the files around it tell.
pub fn is_root() -> bool {
    let Some(path) = file() else {
        return false;
    };
    let is_another = |other: PathBuf| other != path && other.exists();
    let named = |folder: &&Path| folder.file_name().is_some();
    let mut folders = path.ancestors().skip(1).filter(named);
    !folders.any(|folder| {
        ["lib.rs", "main.rs", "mod.rs"]
            .iter()
            .any(|name| is_another(folder.join(name)))
            || is_another(folder.with_extension("rs"))
    })
}
