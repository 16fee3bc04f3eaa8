//! Structs of a file that the compiler refuses before anything is made of them: their names stand twice, or they cannot be read.

use crate::{blocks, source};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, File, Ident, Item, ItemMod, Stmt, Type};

thread_local! {
    /// The names that a file has twice, looked for once.
    static DOUBLED: RefCell<Option<(Rc<str>, BTreeSet<String>)>> = RefCell::default();
}

/// Whether the struct of a block is one of those.
pub fn is_lost(ty: &Type) -> bool {
    blocks::plain_name(ty).is_some_and(|name| is_doubled(&name) || is_unreadable(&name))
}

/// Whether a module of the file declares a name twice.
pub fn is_doubled(name: &str) -> bool {
    let text = source::text();
    // Mostly it stands once, which shows at once.
    let mut declared = source::places(name).filter(|&at| {
        let before = text[..at].trim_end();
        ["struct", "enum", "union", "type"]
            .iter()
            .any(|word| before.ends_with(word))
    });
    if declared.next().is_none() || declared.next().is_none() {
        return false;
    }
    DOUBLED.with_borrow_mut(|known| {
        let is_read = known.as_ref().is_some_and(|(of, _)| Rc::ptr_eq(of, &text));
        if !is_read {
            *known = Some((text.clone(), doubled(&text)));
        }
        known
            .as_ref()
            .is_some_and(|(_, names)| names.contains(name))
    })
}

fn doubled(text: &str) -> BTreeSet<String> {
    #[derive(Default)]
    struct Doubled(BTreeSet<String>);
    impl Doubled {
        fn among<'i>(&mut self, items: impl Iterator<Item = &'i Item>) {
            let mut seen = BTreeSet::new();
            for name in items.filter_map(declared) {
                if !seen.insert(name.to_string()) {
                    self.0.insert(name.to_string());
                }
            }
        }
    }
    impl Visit<'_> for Doubled {
        fn visit_file(&mut self, file: &File) {
            self.among(file.items.iter());
            visit::visit_file(self, file);
        }
        fn visit_item_mod(&mut self, module: &ItemMod) {
            self.among(module.content.iter().flat_map(|(_, items)| items));
            visit::visit_item_mod(self, module);
        }
        fn visit_block(&mut self, block: &Block) {
            let items = block.stmts.iter().filter_map(|statement| match statement {
                Stmt::Item(item) => Some(item),
                _ => None,
            });
            self.among(items);
            visit::visit_block(self, block);
        }
    }
    let mut found = Doubled::default();
    if let Ok(file) = syn::parse_file(text) {
        found.visit_file(&file);
    }
    found.0
}

/// The name of a type that is declared whatever is configured.
fn declared(item: &Item) -> Option<&Ident> {
    let (name, attrs) = match item {
        Item::Struct(item) => (&item.ident, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.attrs),
        Item::Union(item) => (&item.ident, &item.attrs),
        Item::Type(item) => (&item.ident, &item.attrs),
        _ => return None,
    };
    let is_configured =
        |attr: &Attribute| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
    (!attrs.iter().any(is_configured)).then_some(name)
}

/// Whether a struct has an attribute of ours without its parentheses, `#[layer 6]`, for which the compiler drops all of it.
fn is_unreadable(name: &str) -> bool {
    let text = source::text();
    let is_without = |word: &str, at: usize| {
        let after = &text[at + word.len()..];
        text[..at].ends_with("#[")
            && after.starts_with(' ')
            && !after
                .trim_start()
                .starts_with(['(', '[', '{', '=', ']', ':'])
    };
    let ours = ["layer", "config", "param", "model"].into_iter();
    let without: Vec<usize> = ours
        .flat_map(|word| source::places(word).filter(move |&at| is_without(word, at)))
        .collect();
    // Most files have none.
    !without.is_empty()
        && source::places(name).any(|at| {
            let end = text[at..].find('}').map_or(text.len(), |end| at + end);
            text[..at].trim_end().ends_with("struct")
                && without.iter().any(|place| (at..end).contains(place))
        })
}
