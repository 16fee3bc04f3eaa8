//! What a `macro_rules!` macro hands on whole, `$body:block` and `$x:expr`.
//!
//! Its braces and parentheses are needed where it was written, and perhaps not where it is put: the compiler does not speak of that in the
//! code of a macro, which this stays.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprGroup, ItemImpl, token};

/// Marks the braces and parentheses of such pieces in a block as a macro's.
pub fn settle(block: &mut ItemImpl) {
    struct Fragments;
    impl VisitMut for Fragments {
        fn visit_expr_group_mut(&mut self, group: &mut ExprGroup) {
            match &mut *group.expr {
                Expr::Block(block) => {
                    let braces = &mut block.block.brace_token;
                    *braces = token::Brace(of_macro(braces.span.join()));
                }
                Expr::Paren(paren) => {
                    let parentheses = &mut paren.paren_token;
                    *parentheses = token::Paren(of_macro(parentheses.span.join()));
                }
                _ => {}
            }
            visit_mut::visit_expr_group_mut(self, group);
        }
    }
    Fragments.visit_item_impl_mut(block);
}

fn of_macro(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}
