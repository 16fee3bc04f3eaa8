//! The macros inside of an editor, where code is half typed.
//!
//! rust-analyzer expands code twice, as it is and with a made-up name at the caret, and looks for the caret at the same distance from the
//! start of both. So what is half typed must come out as the finished does, in the same place.

use crate::parse;
use crate::rust_analyzer::is_running;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Block, DeriveInput, Field, ImplItem, ImplItemFn, ItemImpl, Stmt, Token};

/// In an editor a block in which the bodies of methods are wrong, which are hidden; `None` if the mistake is somewhere else.
pub fn block(item: TokenStream) -> Option<ItemImpl> {
    is_running().then(|| with_hidden_bodies(item))?
}

fn with_hidden_bodies(item: TokenStream) -> Option<ItemImpl> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let TokenTree::Group(items) = tokens.last_mut()? else {
        return None;
    };
    let mut is_value = false;
    let readable = items.stream().into_iter().map(|token| {
        let is_hidden = is_wrong(&token) && !is_value;
        is_value = matches!(&token, TokenTree::Punct(p) if p.as_char() == '=');
        match is_hidden {
            true => quote!({
                __half_typed! { #token }
            }),
            false => token.into(),
        }
    });
    *items = with(items, readable.collect());
    let mut block: ItemImpl = syn::parse2(tokens.into_iter().collect()).ok()?;
    for item in &mut block.items {
        if let ImplItem::Fn(written) = item
            && hidden(&written.block).is_some()
            && !parse::is_special(written)
        {
            *item = ImplItem::Verbatim(method(written));
        }
    }
    Some(block)
}

/// Whether a body is no block of statements: something in it is wrong, or it is the name that rust-analyzer hands over in place of that.
fn is_wrong(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
            syn::parse2::<Block>(token.clone().into()).is_err()
        }
        TokenTree::Ident(name) => name == "__ra_fixup",
        _ => false,
    }
}

/// What is hidden in a body.
fn hidden(body: &Block) -> Option<&TokenStream> {
    match &body.stmts[..] {
        [Stmt::Macro(only)] if only.mac.path.is_ident("__half_typed") => Some(&only.mac.tokens),
        _ => None,
    }
}

/// The same braces with something else in them.
fn with(braces: &Group, inside: TokenStream) -> Group {
    let mut group = Group::new(braces.delimiter(), inside);
    group.set_span(braces.span());
    group
}

/// A method as it is written.
pub fn method(method: &ImplItemFn) -> TokenStream {
    let ImplItemFn {
        attrs, vis, sig, ..
    } = method;
    match hidden(&method.block) {
        Some(body) => quote!(#(#attrs)* #vis #sig #body),
        None => method.to_token_stream(),
    }
}

/// The statements of a body; in an editor as a block, which may be a wrong one.
pub fn statements(body: &Block) -> TokenStream {
    match (is_running(), hidden(body)) {
        (false, _) => body.stmts.iter().map(ToTokens::to_token_stream).collect(),
        (true, None) => body.to_token_stream(),
        (true, Some(body)) => body.clone(),
    }
}

/// In an editor a struct without those of its fields that cannot be read; `None` if the mistake is somewhere else.
pub fn structure(item: TokenStream) -> Option<DeriveInput> {
    is_running().then(|| readable(item))?
}

fn readable(item: TokenStream) -> Option<DeriveInput> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let TokenTree::Group(fields) = tokens.last_mut()? else {
        return None;
    };
    *fields = with(fields, readable_fields.parse2(fields.stream()).ok()?);
    syn::parse2(tokens.into_iter().collect()).ok()
}

/// A struct in which something cannot be read, which the compiler has reported: with the fields that can be, and a layer for one without a type.
pub fn guessed(item: TokenStream, layer: &TokenStream) -> Option<DeriveInput> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let is_struct = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "struct");
    if !tokens.iter().any(is_struct) {
        return None;
    }
    let TokenTree::Group(fields) = tokens.last_mut()? else {
        return None;
    };
    let read = |input: ParseStream<'_>| guessed_fields(input, layer);
    *fields = with(fields, read.parse2(fields.stream()).ok()?);
    syn::parse2(tokens.into_iter().collect()).ok()
}

fn guessed_fields(input: ParseStream<'_>, layer: &TokenStream) -> syn::Result<TokenStream> {
    let mut guessed = TokenStream::new();
    while !input.is_empty() {
        let ahead = input.fork();
        if Field::parse_named(&ahead).is_ok() {
            let field = Field::parse_named(input)?;
            guessed.extend(quote!(#field,));
            continue;
        }
        let is_name = input.peek(syn::Ident);
        match input.parse::<TokenTree>()? {
            TokenTree::Ident(name)
                if is_name && name.to_string().starts_with(char::is_lowercase) =>
            {
                let ahead = input.fork();
                let _ = ahead.parse::<Option<Token![=]>>();
                let (is_type, ty) = (ahead.parse::<syn::Type>(), layer.clone());
                let ty = is_type.map_or(ty, |ty| ty.to_token_stream());
                guessed.extend(quote!(#name: #ty,));
            }
            _ => {}
        }
    }
    Ok(guessed)
}

fn readable_fields(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut readable = TokenStream::new();
    while !input.is_empty() {
        let ahead = input.fork();
        let is_field = Field::parse_named(&ahead).is_ok();
        match is_field && (ahead.is_empty() || ahead.peek(Token![,])) {
            true => {
                let field = Field::parse_named(input)?;
                readable.extend(quote!(#field,));
                input.parse::<Option<Token![,]>>()?;
            }
            false => {
                input.parse::<TokenTree>()?;
            }
        }
    }
    Ok(readable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_body_comes_out_as_it_went_in() {
        let wrong = quote!({ let y = self.dense(&x); y. });
        for body in [wrong, quote!(__ra_fixup)] {
            let call = quote!(fn call(&self, x: Tensor) -> Tensor #body);
            let helper = quote!(fn helper(&self) #body);
            let right = quote!(
                const N: usize = __ra_fixup;
                fn other(&self) {
                    self.n()
                }
            );
            let block =
                with_hidden_bodies(quote!(impl Net { #call #helper #right })).expect("a block");
            let methods = block.items.iter().map(|item| match item {
                ImplItem::Fn(written) => method(written),
                other => other.to_token_stream(),
            });
            let found: TokenStream = methods.collect();
            assert_eq!(found.to_string(), quote!(#call #helper #right).to_string());
        }
    }

    #[test]
    fn a_mistake_outside_of_bodies_is_not_hidden() {
        assert!(
            with_hidden_bodies(quote!(impl Net { fn call(&self, x: ) -> Tensor { x } })).is_none()
        );
        assert!(with_hidden_bodies(quote!(impl Net)).is_none());
    }

    #[test]
    fn a_guess_has_all_fields() {
        let item = quote!(
            struct Net {
                first: Dense
                #[layer(2)]
                second: Dense,
                third: ,
                #[layer(2)]
                pub fourth Dense,
                fifth
            }
        );
        let found = guessed(item, &quote!(Any)).expect("a struct");
        let syn::Data::Struct(data) = found.data else {
            panic!("no struct");
        };
        let fields = data.fields.iter().map(|f| {
            let (name, ty) = (f.ident.to_token_stream(), f.ty.to_token_stream());
            format!("{name}: {ty}")
        });
        let fields: Vec<String> = fields.collect();
        let expected = [
            "first: Dense",
            "second: Dense",
            "third: Any",
            "fourth: Dense",
            "fifth: Any",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_struct_has_the_fields_that_can_be_read() {
        let item = quote!(
            struct Net {
                first: Dense,
                second
                #[layer(2)]
                third: HashMap<String, Dense>,
                fourth:,
                fifth: Dense
            }
        );
        let found = readable(item).expect("a struct");
        let syn::Data::Struct(data) = found.data else {
            panic!("no struct");
        };
        let names: Vec<String> = data
            .fields
            .iter()
            .map(|f| f.ident.to_token_stream().to_string())
            .collect();
        assert_eq!(names, ["first", "third", "fifth"]);
    }
}
