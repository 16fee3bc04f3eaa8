//! A method for each field, and the constant `INPUT`.

use super::impl_of;
use crate::syntax::{Field, Input, InputShape, Role, Struct};
use crate::{check, rust_analyzer, source};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::Visibility;
use syn::ext::IdentExt;

/// A method for each field, and the constants.
pub fn expand(item: &Struct) -> TokenStream {
    let input = item.attrs.input.as_ref().map(|input| {
        let (ty, value) = match input {
            Input::One(InputShape { ty, value, .. }) => (ty.clone(), value.clone()),
            Input::Several(shapes) => {
                let types = shapes.iter().map(|shape| &shape.ty);
                let values = shapes.iter().map(|shape| &shape.value);
                (quote!((#(#types,)*)), quote!((#(#values,)*)))
            }
        };
        // A model that the compiler does not check says so where its input stands.
        let note = match check::unchecked(item) {
            Some(why) => Some(format!(
                " The compiler does not check the shapes of this model, since {why}; `build` does."
            )),
            None if item.attrs.new.is_none() => Some(
                " The compiler checks the shapes if a `const fn new() -> Self` of the block makes one; `build` does in any case.".to_string(),
            ),
            None if !item.generics.params.is_empty() => Some(
                " The compiler checks the shapes where one is made, for the parameters that it has there.".to_string(),
            ),
            None => None,
        };
        let note = note.map(|note| quote!(#[doc = ""] #[doc = #note]));
        quote! {
            /// The shape of the input, without the batch.
            #note
            pub const INPUT: #ty = #value;
        }
    });
    let (named, others): (Vec<&Field>, Vec<&Field>) = item
        .fields
        .iter()
        .partition(|f| matches!(f.role, Role::Module) && check::SHARED_NAMES.contains(&&*f.name()));
    let argument = argument();
    let methods = others
        .into_iter()
        .filter_map(|f| method(f, &argument, &item.attrs.krate));
    let named = named.into_iter().map(|f| trait_method(f, &argument, item));
    let named: TokenStream = named.collect();
    let body = quote!(#input #(#methods)*);
    if body.is_empty() {
        return named;
    }
    let body = impl_of(item, quote!(), body);
    quote!(#body #named)
}

/// The name of what a layer is called with: one to read, unless it is that of a constant.
fn argument() -> Ident {
    let is_taken = ["const", "static"]
        .iter()
        .any(|keyword| source::defines("input", keyword));
    format_ident!("{}input", if is_taken { "__" } else { "" })
}

/// The method of a field whose name is taken.
fn trait_method(field: &Field, argument: &Ident, item: &Struct) -> TokenStream {
    let (krate, name) = (&item.attrs.krate, field.name());
    let Field { vis, ident, ty, .. } = field;
    let of_field = format_ident!("__{}_{name}", item.class_name());
    let implemented = impl_of(
        item,
        quote!(#of_field for),
        quote! {
            type Field = #ty;

            #[track_caller]
            fn #ident<__I>(&self, __input: __I) -> <#ty as #krate::Callable<__I>>::Output
            where
                #ty: #krate::Callable<__I>,
            {
                #krate::Callable::call_field(&self.#ident, __input)
            }
        },
    );
    quote! {
        #[doc(hidden)]
        #vis trait #of_field {
            type Field;
            #[track_caller]
            fn #ident<__I>(&self, #argument: __I) -> <Self::Field as #krate::Callable<__I>>::Output
            where
                Self::Field: #krate::Callable<__I>;
        }
        #implemented
    }
}

/// The name of a field as that of generated code, so that no lint looks at it, at the user's place. In an editor it is the user's: of generated
/// code rust-analyzer shows the macro as well.
fn generated(ident: &Ident) -> Ident {
    let span = match rust_analyzer::is_running() {
        true => ident.span(),
        false => Span::call_site().located_at(ident.span()),
    };
    // Raw, since a name of the user's edition may be a keyword of this crate's: `gen`.
    Ident::new_raw(&ident.unraw().to_string(), span)
}

fn method(field: &Field, argument: &Ident, krate: &TokenStream) -> Option<TokenStream> {
    let Field {
        vis,
        docs,
        ident,
        ty,
        ..
    } = field;
    let name = generated(ident);
    // What others see is documented, by us if not by the user.
    let documented = |doc: String| docs.is_empty().then(|| quote!(#[doc = #doc]));
    match field.role {
        // Whatever it is called with, nothing else is said of it.
        Role::Module if field.is_wrong && !rust_analyzer::is_running() => Some(quote! {
            #[doc(hidden)]
            #vis fn #name<__Input>(&self, _: __Input) -> #krate::Tensor {
                ::core::unreachable!()
            }
        }),
        Role::Module => {
            // A name to read, unless the type of the field means something else by it.
            let of = match mentions(ty.to_token_stream(), "Input") {
                false => format_ident!("Input"),
                true => format_ident!("__Input"),
            };
            let is_private = matches!(vis, Visibility::Inherited);
            let doc = documented(format!(" Calls the layer `{}`.", field.name()));
            let doc = doc.filter(|_| !is_private);
            if rust_analyzer::is_running() {
                // Shorter to read, and of a known type also where the input is half typed.
                let (input, output) = (quote!(#krate::InputOf<#ty>), quote!(#krate::OutputOf<#ty>));
                return Some(quote! {
                    #doc
                    #(#docs)*
                    #vis fn #name(&self, #argument: impl #krate::IntoInput<#input>) -> #output {
                        #krate::Callable::call_field(&self.#ident, #argument)
                    }
                });
            }
            Some(quote! {
                #doc
                #(#docs)*
                #[track_caller]
                #vis fn #name<#of>(&self, #argument: #of) -> <#ty as #krate::Callable<#of>>::Output
                where
                    #ty: #krate::Callable<#of>,
                {
                    #krate::Callable::call_field(&self.#ident, #argument)
                }
            })
        }
        Role::Param(_) if field.is_wrong => Some(quote! {
            #[doc(hidden)]
            #vis fn #name(&self) -> &#krate::Param {
                ::core::unreachable!()
            }
        }),
        Role::Param(_) => {
            let doc = documented(format!(" The parameter `{}`.", field.name()));
            Some(quote! {
                #doc
                #(#docs)*
                pub fn #name(&self) -> &#ty {
                    &self.#ident
                }
            })
        }
        Role::Config | Role::Skip => None,
    }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
