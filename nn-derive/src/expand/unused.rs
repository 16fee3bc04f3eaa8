//! The check that `call` uses every layer.

use super::module::access;
use crate::messages;
use crate::syntax::{Field, Struct};
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitByteStr;

/// A compile error at each layer that no method of `#[model] impl` mentions.
pub fn expand(item: &Struct) -> TokenStream {
    let checked: Vec<&Field> = item
        .fields
        .iter()
        .filter(|f| f.in_tree() && !f.unused)
        .collect();
    if checked.is_empty() || !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let count = Literal::usize_unsuffixed(checked.len());
    let names: Vec<String> = checked.iter().map(|f| f.name()).collect();
    let index = (0..checked.len()).map(Literal::usize_unsuffixed);
    let others = item
        .fields
        .iter()
        .map(Field::name)
        .filter(|name| !names.contains(name));
    let others: Vec<LitByteStr> = others.map(|name| bytes(&name)).collect();
    let others = (!others.is_empty()).then(|| quote!(#(#others)|* => {}));
    let called = names.iter().map(|name| bytes(&format!("{name}(")));
    let names = names.iter().map(|name| bytes(name));
    let asserts = checked.iter().enumerate().map(|(i, f)| {
        let i = Literal::usize_unsuffixed(i);
        let message = messages::unused_layer(&f.name());
        let assert = quote_spanned!(f.ident.span()=> ::core::assert!(USED[#i], #message));
        let as_module = access(f, krate, "as_module");
        quote! {
            const _: () = {
                let _ = |__field| #as_module(__field); // what is no module has its error already
                #assert
            };
        }
    });
    quote! {
        const _: () = {
            // `#[model] impl` has a constant of this name, which comes first. Without one, anything may be used.
            trait __Uses {
                const __USES: &'static [&'static ::core::primitive::str] = &["*"];
            }
            impl __Uses for #ident {}

            const fn used() -> [::core::primitive::bool; #count] {
                let mut used = [false; #count];
                let mut i = 0;
                while i < <#ident>::__USES.len() {
                    match <#ident>::__USES[i].as_bytes() {
                        #(#names | #called => used[#index] = true,)*
                        [.., b'('] => {} // another function
                        #others
                        _ => return [true; #count], // all of them, or a method from elsewhere
                    }
                    i += 1;
                }
                used
            }
            const USED: [::core::primitive::bool; #count] = used();
            #(#asserts)*
        };
    }
}

/// A name as a pattern: constants cannot match on `str`.
fn bytes(name: &str) -> LitByteStr {
    LitByteStr::new(name.as_bytes(), proc_macro2::Span::call_site())
}
