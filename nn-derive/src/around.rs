//! A struct or an enum, its blocks and what may hide some of it, read off the file around a macro's use.

use crate::source;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemImpl, ItemStruct, Type};

/// What a file has of a name that it declares once.
pub struct Around<'n> {
    name: &'n str,
    /// How many structs, enums and unions have it.
    pub count: usize,
    /// The struct, if it is one.
    pub declared: Option<ItemStruct>,
    /// The enum, if it is one.
    pub alternatives: Option<syn::ItemEnum>,
    /// All blocks, those of traits too.
    pub blocks: Vec<ItemImpl>,
    /// A macro may make a block, or another name stand for this.
    pub is_unclear: bool,
    /// Nothing of the crate is in other files.
    pub is_all: bool,
}

impl<'n> Around<'n> {
    /// Reads it, if the file declares the name once.
    pub fn read(name: &'n str) -> Option<Around<'n>> {
        let text = source::text();
        // Modules may each have their own of a name: the text shows it, and to read a file of hundreds as Rust for each takes half a minute.
        let mut declarations = source::places(name).filter(|&at| {
            let before = text[..at].trim_end();
            ["struct", "enum", "union"]
                .iter()
                .any(|kind| before.ends_with(kind))
        });
        if let (None, _) | (_, Some(_)) = (declarations.next(), declarations.next()) {
            return None;
        }
        let file = syn::parse_file(&text).ok()?;
        let is_main = |item: &Item| matches!(item, Item::Fn(f) if f.sig.ident == "main");
        let mut around = Around::empty(name);
        around.is_all = file.items.iter().any(is_main) || source::is_root();
        around.visit_file(&file);
        (around.count == 1).then_some(around)
    }

    /// Nothing yet, to be filled by a visit.
    pub fn empty(name: &'n str) -> Around<'n> {
        Around {
            name,
            count: 0,
            declared: None,
            alternatives: None,
            blocks: Vec::new(),
            is_unclear: false,
            is_all: false,
        }
    }

    /// The attributes of the struct or the enum.
    pub fn attributes(&self) -> &[Attribute] {
        let of_enum = self.alternatives.as_ref().map(|item| &item.attrs);
        let of_struct = self.declared.as_ref().map(|item| &item.attrs);
        of_struct.or(of_enum).map_or(&[], Vec::as_slice)
    }

    fn mentions(&self, text: &str) -> bool {
        source::words(text, self.name).next().is_some()
    }
}

impl Visit<'_> for Around<'_> {
    fn visit_item_struct(&mut self, item: &ItemStruct) {
        if item.ident == self.name {
            self.count += 1;
            self.declared = Some(item.clone());
        }
    }

    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        if item.ident == self.name {
            self.count += 1;
            self.alternatives = Some(item.clone());
        }
    }

    fn visit_item_union(&mut self, item: &syn::ItemUnion) {
        self.count += usize::from(item.ident == self.name);
    }

    fn visit_item_impl(&mut self, block: &ItemImpl) {
        let ty = match &*block.self_ty {
            Type::Path(ty) => ty.path.segments.last(),
            _ => None,
        };
        match ty {
            Some(last) if last.ident == self.name => self.blocks.push(block.clone()),
            _ => self.is_unclear |= self.mentions(&written(&block.self_ty)),
        }
        visit::visit_item_impl(self, block);
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.is_all &= item.content.is_some();
        visit::visit_item_mod(self, item);
    }

    fn visit_item_macro(&mut self, item: &syn::ItemMacro) {
        self.is_unclear |= item.ident.is_none();
    }

    fn visit_item_type(&mut self, item: &syn::ItemType) {
        self.is_unclear |= self.mentions(&written(&item.ty));
    }

    fn visit_use_rename(&mut self, item: &syn::UseRename) {
        self.is_unclear |= item.ident == self.name;
    }
}

/// The fields of the only struct of a name, read from its own text: every block asks for them, and the file may be long.
pub fn fields(name: &str) -> Vec<syn::Field> {
    let text = source::text();
    let is_struct = |at: &usize| text[..*at].trim_end().ends_with("struct");
    let mut places = source::places(name).filter(is_struct);
    let (Some(at), None) = (places.next(), places.next()) else {
        return Vec::new();
    };
    let after = &text[at..];
    let (Some(start), end) = (after.find('{'), after.find(';')) else {
        return Vec::new();
    };
    let mut depth = 0;
    let end_of_fields = after[start..].find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    match end_of_fields {
        Some(length) if end.is_none_or(|end| start < end) => {
            let fields = syn::parse_str::<syn::FieldsNamed>(&after[start..=start + length]);
            fields.map_or_else(|_| Vec::new(), |fields| fields.named.into_iter().collect())
        }
        _ => Vec::new(),
    }
}

/// Tokens as text.
pub fn written(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
