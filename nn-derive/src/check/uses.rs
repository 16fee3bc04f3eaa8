//! Which fields the methods of a block mention, to find layers that `call` never uses.
//!
//! The scan is over tokens, so it sees inside `vec![..]` and `println!(..)` too. It must never raise a false alarm: whatever may use
//! any field counts as using all of them.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::ext::IdentExt;

/// What stands for all fields.
const EVERYTHING: &str = "*";

/// Names that are mentioned as `self.name`, and with a `(` at their end those called as `name(..)`; [`EVERYTHING`] among them if `self`
/// is handed on as a whole.
#[derive(Default)]
pub struct Uses {
    names: BTreeSet<String>,
}

impl Uses {
    /// Scans the body of a method. `methods` are those whose calls say nothing: they are scanned themselves, or run no layer.
    pub fn scan(&mut self, body: TokenStream, methods: &[String]) {
        let tokens: Vec<TokenTree> = body.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            match &tokens[i] {
                TokenTree::Group(group) => self.scan(group.stream(), methods),
                TokenTree::Ident(ident) if ident == "self" => match member(&tokens[i + 1..]) {
                    Some((name, called)) => {
                        if !(called && methods.contains(&name)) {
                            self.names.insert(name);
                        }
                        i += 2;
                    }
                    None => self.everything(),
                },
                // `dense(x)` without `self.`: its mistake is reported where it stands.
                TokenTree::Ident(ident) if is_plain_call(&tokens, i) => {
                    self.names.insert(format!("{}(", ident.unraw()));
                }
                _ => {}
            }
            i += 1;
        }
    }

    /// Counts all fields as used.
    pub fn everything(&mut self) {
        self.names.insert(EVERYTHING.to_string());
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// Whether a name is called as a function: not as a method, nor as part of a path.
fn is_plain_call(tokens: &[TokenTree], i: usize) -> bool {
    let is_called = matches!(tokens.get(i + 1), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
    let before = i.checked_sub(1).map(|before| &tokens[before]);
    let is_member = matches!(before, Some(TokenTree::Punct(p)) if ".:".contains(p.as_char()));
    is_called && !is_member
}

/// The `.name` after `self`, and whether it is called.
fn member(after: &[TokenTree]) -> Option<(String, bool)> {
    match after {
        [TokenTree::Punct(dot), TokenTree::Ident(name), rest @ ..] if dot.as_char() == '.' => {
            let called = matches!(rest.first(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
            Some((Ident::unraw(name).to_string(), called))
        }
        _ => None,
    }
}

/// The body of a `build` without its `self.name.build(..)`, which give a parameter its shape and use it for nothing.
pub fn without_builds(body: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut kept = TokenStream::new();
    let mut i = 0;
    while i < tokens.len() {
        if builds(&tokens[i..]) {
            i += 5; // `self . name . build`
            continue;
        }
        kept.extend([match &tokens[i] {
            TokenTree::Group(group) => TokenTree::Group(proc_macro2::Group::new(
                group.delimiter(),
                without_builds(group.stream()),
            )),
            other => other.clone(),
        }]);
        i += 1;
    }
    kept
}

fn builds(tokens: &[TokenTree]) -> bool {
    let text: String = tokens
        .iter()
        .take(6)
        .enumerate()
        .map(|(i, t)| match t {
            TokenTree::Ident(_) if i == 2 => "name".to_string(),
            TokenTree::Group(_) => "(".to_string(),
            other => other.to_string(),
        })
        .collect();
    text == "self.name.build("
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn names(body: TokenStream) -> Vec<String> {
        let mut uses = Uses::default();
        uses.scan(body, &["helper".to_string(), "parameters".to_string()]);
        uses.names().map(str::to_string).collect()
    }

    #[test]
    fn fields_are_found_wherever_they_stand() {
        assert_eq!(names(quote!({ self.b(self.a(x)) })), ["a", "b"]);
        assert_eq!(
            names(quote!({
                self.blocks.iter().map(|b| self.r#type.forward(b))
            })),
            ["blocks", "type"]
        );
        assert_eq!(
            names(quote!({ vec![self.a(x), { println!("{:?}", &self.b) }] })),
            ["a", "b"]
        );
    }

    #[test]
    fn calls_of_known_methods_say_nothing_and_of_others_are_kept() {
        assert_eq!(
            names(quote!({
                self.helper(x);
                self.parameters();
                self.elsewhere(x)
            })),
            ["elsewhere"]
        );
        assert_eq!(names(quote!({ self.helper.forward(x) })), ["helper"]); // a field that is called like the method
    }

    #[test]
    fn a_call_without_self_is_kept_as_a_function() {
        assert_eq!(names(quote!({ dense(nn::stack(x.relu(), 1)) })), ["dense("]);
    }

    #[test]
    fn self_as_a_whole_uses_everything() {
        for body in [
            quote!({ run(self, x) }),
            quote!({
                let Self { a, .. } = self;
            }),
            quote!({ Self::go(&self, x) }),
            quote!({ (self).a(x) }),
            quote!({ self }),
        ] {
            assert_eq!(names(body.clone())[0], EVERYTHING, "{body}");
        }
    }

    #[test]
    fn building_is_no_use() {
        let body = quote!({
            self.kernel.build([1, self.units])?;
            if self.bias.shape() == x {
                self.bias.build([2])
            } else {
                self.gamma.build(self.beta.shape())
            }
        });
        assert_eq!(names(without_builds(body)), ["beta", "bias", "units"]);
    }
}
