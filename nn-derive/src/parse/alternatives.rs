//! `#[cfg(..)]` in a block, which only the compiler can decide: the block is written twice, with what the attribute is on and without.
//!
//! A derive sees a struct without what is configured away, an attribute on an `impl` does not. A layer that is used under a condition
//! is used: what is dropped is still mentioned.

use super::block::is_special;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, FnArg, ImplItem, ItemImpl, Signature, Stmt, parse_quote};

/// The first condition of a block, the block where it holds, and where it does not.
pub fn alternatives(block: &ItemImpl) -> Option<(TokenStream, ItemImpl, ItemImpl)> {
    let mut with = block.clone();
    let condition = Alternative::choose(&mut with, true)?;
    let mut without = block.clone();
    Alternative::choose(&mut without, false)?;
    let name = format_ident!("__configured_away{}", without.items.len());
    let dropped = block.to_token_stream();
    without.items.push(parse_quote!(
        #[doc(hidden)]
        fn #name() {
            let _ = ::core::stringify!(#dropped);
        }
    ));
    Some((condition, with, without))
}

/// Keeps or drops the first thing under a condition.
struct Alternative {
    holds: bool,
    condition: Option<TokenStream>,
}

impl Alternative {
    fn choose(block: &mut ItemImpl, holds: bool) -> Option<TokenStream> {
        let mut this = Alternative {
            holds,
            condition: None,
        };
        block.items.retain_mut(|item| match item {
            ImplItem::Fn(method) if is_special(method) => this.keeps(&mut method.attrs),
            _ => true,
        });
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item
                && method.sig.ident == "call"
            {
                this.visit_impl_item_fn_mut(method);
            }
        }
        this.condition
    }

    /// Whether what these attributes are on stays; its condition is removed.
    fn keeps(&mut self, attrs: &mut Vec<Attribute>) -> bool {
        if self.condition.is_some() {
            return true;
        }
        let Some(index) = attrs.iter().position(|a| a.path().is_ident("cfg")) else {
            return true;
        };
        let attr = attrs.remove(index);
        self.condition = attr
            .meta
            .require_list()
            .ok()
            .map(|list| list.tokens.clone());
        self.holds
    }

    fn keeps_expr(&mut self, expr: &mut Expr) -> bool {
        match attributes(expr) {
            Some(attrs) => self.keeps(attrs),
            None => true,
        }
    }

    fn list<P: Default>(&mut self, list: &mut Punctuated<Expr, P>) {
        let kept = std::mem::take(list).into_iter();
        *list = kept
            .filter_map(|mut e| self.keeps_expr(&mut e).then_some(e))
            .collect();
    }
}

impl VisitMut for Alternative {
    fn visit_signature_mut(&mut self, sig: &mut Signature) {
        let kept = std::mem::take(&mut sig.inputs).into_iter();
        sig.inputs = kept
            .filter_map(|mut arg| {
                let attrs = match &mut arg {
                    FnArg::Receiver(receiver) => &mut receiver.attrs,
                    FnArg::Typed(typed) => &mut typed.attrs,
                };
                self.keeps(attrs).then_some(arg)
            })
            .collect();
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain_mut(|statement| match statement {
            Stmt::Local(local) => self.keeps(&mut local.attrs),
            Stmt::Macro(call) => self.keeps(&mut call.attrs),
            Stmt::Expr(expr, _) => {
                let had_attributes = matches!(expr, Expr::Block(block) if !block.attrs.is_empty());
                let is_kept = self.keeps_expr(expr);
                // The compiler calls braces around one expression unnecessary where no attribute is before them.
                if let Expr::Block(block) = expr
                    && had_attributes
                    && block.attrs.is_empty()
                {
                    block.block.stmts.insert(
                        0,
                        parse_quote!(
                            const _: () = ();
                        ),
                    );
                }
                is_kept
            }
            Stmt::Item(_) => true,
        });
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_match_mut(&mut self, e: &mut syn::ExprMatch) {
        e.arms.retain_mut(|arm| self.keeps(&mut arm.attrs));
        visit_mut::visit_expr_match_mut(self, e);
    }

    fn visit_expr_struct_mut(&mut self, e: &mut syn::ExprStruct) {
        let kept = std::mem::take(&mut e.fields).into_iter();
        e.fields = kept
            .filter_map(|mut field| self.keeps(&mut field.attrs).then_some(field))
            .collect();
        visit_mut::visit_expr_struct_mut(self, e);
    }

    fn visit_expr_array_mut(&mut self, e: &mut syn::ExprArray) {
        self.list(&mut e.elems);
        visit_mut::visit_expr_array_mut(self, e);
    }

    fn visit_expr_call_mut(&mut self, e: &mut syn::ExprCall) {
        self.list(&mut e.args);
        visit_mut::visit_expr_call_mut(self, e);
    }

    fn visit_expr_method_call_mut(&mut self, e: &mut syn::ExprMethodCall) {
        self.list(&mut e.args);
        visit_mut::visit_expr_method_call_mut(self, e);
    }
}

/// The attributes before an expression. Those before `a + b` and `a = b` belong to `a` in the syntax tree.
fn attributes(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    macro_rules! attributes_of {
        ($($kind:ident)*) => {
            match expr {
                Expr::Assign(e) => attributes(&mut e.left),
                Expr::Binary(e) => attributes(&mut e.left),
                Expr::Cast(e) => attributes(&mut e.expr),
                $(Expr::$kind(e) => Some(&mut e.attrs),)*
                _ => None,
            }
        };
    }
    attributes_of! {
        Array Async Await Block Break Call Closure Const Continue Field ForLoop Group If Index Let Lit Loop Macro Match MethodCall Paren
        Path Range Reference Repeat Return Struct Try Tuple Unary Unsafe While
    }
}
