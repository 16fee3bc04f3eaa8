//! A `#[model] impl` under a name that the file does not have, beside a model without a block: one mistake, which both would report.

use crate::around::written;
use crate::blocks::{is_marked, is_model};
use crate::source;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{ItemImpl, ItemStruct, Type};

/// The model that a `#[model] impl` of this name means: there is nothing of the name in the file, and one model in it has no block.
pub fn meant_by(name: &str) -> Option<String> {
    let text = source::text();
    // Mostly there is, which shows at once.
    let is_declared = |at: usize| {
        let before = text[..at].trim_end();
        let is_item = ["struct", "enum", "union", "type"]
            .iter()
            .any(|kind| before.ends_with(kind));
        is_item
            || source::words(&text[text[..at].rfind(';').map_or(0, |i| i + 1)..at], "use")
                .next()
                .is_some()
    };
    if text.is_empty() || source::places(name).any(is_declared) {
        return None;
    }
    let models = Models::read(&text)?;
    models.is_lost(name).then(|| models.without_block())?
}

/// Whether the `#[model] impl` of a struct stands under a name that there is not.
pub fn is_misnamed(name: &str) -> bool {
    let models = Models::read(&source::text());
    models.is_some_and(|models| {
        models.without_block().as_deref() == Some(name)
            && models.blocks.iter().any(|block| models.is_lost(block))
    })
}

/// The models of a file and the names that have a `#[model] impl`, where the file says all of it.
#[derive(Default)]
struct Models {
    structs: Vec<String>,
    blocks: Vec<String>,
    /// What else has a name.
    others: Vec<String>,
    is_unclear: bool,
    /// How many modules are around what is read.
    depth: usize,
}

impl Models {
    fn read(text: &str) -> Option<Models> {
        let mut models = Models::default();
        models.visit_file(&syn::parse_file(text).ok()?);
        (!models.is_unclear).then_some(models)
    }

    /// Whether a name is that of a block and of nothing else.
    fn is_lost(&self, name: &str) -> bool {
        let has = |names: &[String]| names.iter().any(|known| known == name);
        has(&self.blocks) && !has(&self.structs) && !has(&self.others)
    }

    fn without_block(&self) -> Option<String> {
        let mut without = self
            .structs
            .iter()
            .filter(|name| !self.blocks.contains(name));
        match (without.next(), without.next()) {
            (Some(one), None) => Some(one.clone()),
            _ => None,
        }
    }
}

impl Visit<'_> for Models {
    fn visit_item_struct(&mut self, item: &ItemStruct) {
        let attributes: Vec<String> = item.attrs.iter().map(written).collect();
        match attributes.iter().any(|text| is_marked(text)) {
            true => self.structs.push(item.ident.to_string()),
            false => self.others.push(item.ident.to_string()),
        }
    }

    fn visit_item_enum(&mut self, item: &syn::ItemEnum) {
        self.others.push(item.ident.to_string());
    }

    fn visit_item_type(&mut self, item: &syn::ItemType) {
        self.others.push(item.ident.to_string());
    }

    fn visit_item_impl(&mut self, block: &ItemImpl) {
        if let Type::Path(ty) = &*block.self_ty
            && let Some(name) = ty.path.segments.last()
            && block.attrs.iter().any(is_model)
            && block.trait_.is_none()
        {
            self.blocks.push(name.ident.to_string());
        }
        visit::visit_item_impl(self, block);
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.is_unclear |= item.content.is_none();
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_macro(&mut self, _: &syn::ItemMacro) {
        self.is_unclear = true;
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        let text = item.tree.to_token_stream().to_string();
        // What a module within the file takes from around it is in the file.
        let is_inner = self.depth > 0 && text == "super :: *";
        self.is_unclear |= text.contains('*') && !text.starts_with("nn ") && !is_inner;
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.others.extend(words.map(str::to_string));
    }
}
