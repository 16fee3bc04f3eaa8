//! What the derive says about fields to the check of shapes: `__FIELDS`, which hands a question on to the field that it names.

use crate::syntax::{Field, Holder, Role, Struct};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::BTreeMap;
use syn::Type;

/// The inherent constant `__FIELDS` and its type.
pub fn expand(item: &Struct) -> TokenStream {
    let (krate, ident) = (&item.attrs.krate, &item.ident);
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let groups = groups(item);
    let parameters = super::parameters(&item.generics);
    let layers = item
        .fields
        .iter()
        .filter(|f| matches!(f.role, Role::Module));
    let layers = super::unused::types(layers.map(|f| element(&f.ty)));
    let names = groups.iter().map(|group| {
        let names = group.iter().map(|f| f.name());
        quote!(&[#(#names),*])
    });
    let arms = groups
        .iter()
        .enumerate()
        .map(|(i, group)| arm(i, group, krate));
    let choices = groups
        .iter()
        .enumerate()
        .map(|(i, group)| choice(i, group, item));
    let body = match groups.is_empty() {
        true => quote!(::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)),
        false => quote! {
            let #krate::statics::Question::Field(__name, __question) = __question else {
                return ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN);
            };
            let (__question, __at) = (*__question, #krate::statics::Place::field(__at, __name));
            match #krate::statics::position(&[#(#names),*], __name) {
                #(#arms)*
                _ => ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN),
            }
        },
    };
    quote! {
        const _: () = {
            use #krate::statics::{NotFollowed as _, NotPlain as _};

            #[doc(hidden)]
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            pub struct __Fields;

            #(#choices)*

            #[automatically_derived]
            impl __Fields {
                pub const fn ask #impl_generics (
                    self,
                    __net: &#ident #type_generics,
                    __question: #krate::statics::Question<'_>,
                    __at: &#krate::statics::Place<'_>,
                ) -> #krate::statics::Answer #where_clause {
                    #body
                }

                pub const fn locate<__R: #krate::statics::Failing, #(#parameters),*>(
                    self,
                    __failed: #krate::statics::Failed<__R>,
                    _: #krate::statics::Of<#ident #type_generics>,
                ) #where_clause {
                    #(<#layers>::__SHAPE.locate(__failed, #krate::statics::Of::<#layers>::NEW);)*
                }
            }

            #[automatically_derived]
            impl #impl_generics #ident #type_generics #where_clause {
                #[doc(hidden)]
                pub const __FIELDS: __Fields = __Fields;
            }
        };
    }
}

/// The type of what is in an array or an `Option`.
fn element(ty: &Type) -> &Type {
    match (ty, Holder::of(ty)) {
        (Type::Paren(paren), _) => element(&paren.elem),
        (Type::Group(group), _) => element(&group.elem),
        (_, Some(Holder::Array(array))) => element(&array.elem),
        (_, Some(Holder::Option(held))) => element(held),
        _ => ty,
    }
}

/// The fields that can be asked, those of a type together, each group by name: a model may have thousands of layers, of a few types.
fn groups(item: &Struct) -> Vec<Vec<&Field>> {
    let mut groups: BTreeMap<(bool, String), Vec<&Field>> = BTreeMap::new();
    for field in &item.fields {
        let is_config = match field.role {
            Role::Module => false,
            Role::Config => true,
            _ => continue,
        };
        let ty = field.ty.to_token_stream().to_string();
        groups.entry((is_config, ty)).or_default().push(field);
    }
    let mut groups: Vec<Vec<&Field>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|f| f.name());
    }
    groups
}

/// The function that chooses among the fields of a group, if there are several.
fn choice(number: usize, group: &[&Field], item: &Struct) -> Option<TokenStream> {
    let [others @ .., last] = group else {
        return None;
    };
    if others.is_empty() {
        return None;
    }
    let (name, ty, last) = (choice_name(number), &last.ty, &last.ident);
    let places = (0..others.len()).map(Literal::usize_unsuffixed);
    let others = others.iter().map(|f| &f.ident);
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    Some(quote! {
        const fn #name #impl_generics (
            __net: &#ident #type_generics,
            __place: ::core::primitive::usize,
        ) -> &#ty #where_clause {
            match __place {
                #(#places => &__net.#others,)*
                _ => &__net.#last,
            }
        }
    })
}

fn choice_name(number: usize) -> Ident {
    format_ident!("__field_of_{number}")
}

/// The answer of a field of the group with this number.
fn arm(number: usize, group: &[&Field], krate: &TokenStream) -> TokenStream {
    let Field {
        ident, ty, role, ..
    } = group[0];
    let (place, value) = match group {
        [_] => (quote!(_), quote!(&__net.#ident)),
        _ => {
            let choice = choice_name(number);
            (quote!(__place), quote!(#choice(__net, __place)))
        }
    };
    let ask = match role {
        Role::Config => {
            quote!(<#krate::statics::Plain<#ty>>::__READ.ask(#value, __question, &__at))
        }
        _ => ask(ty, value, krate, 0),
    };
    let number = Literal::usize_unsuffixed(number);
    quote!((#number, #place) => #ask,)
}

/// The answer of a value of a type: arrays and options are taken apart, whatever else answers for itself.
fn ask(ty: &Type, value: TokenStream, krate: &TokenStream, depth: usize) -> TokenStream {
    let array = match (ty, Holder::of(ty)) {
        (Type::Paren(paren), _) => return ask(&paren.elem, value, krate, depth),
        (Type::Group(group), _) => return ask(&group.elem, value, krate, depth),
        (_, Some(Holder::Array(array))) => array,
        (_, Some(Holder::Option(held))) => return option(held, value, krate, depth),
        _ => {
            return quote! {
                #krate::statics::unless_told(
                    <#ty>::__SHAPE.ask(#value, __question, &__at),
                    <#ty>::__CHECKED,
                )
            };
        }
    };
    let list: Ident = format_ident!("__list{depth}");
    let index: Ident = format_ident!("__index{depth}");
    let element = ask(&array.elem, quote!(&#list[#index]), krate, depth + 1);
    quote! {{
        let #list = #value;
        match __question {
            #krate::statics::Question::Len => ::core::result::Result::Ok(
                #krate::statics::Value::int(#list.len() as ::core::primitive::isize),
            ),
            #krate::statics::Question::At(__position, __question) => match __position.as_index() {
                ::core::option::Option::Some(#index) if #index < #list.len() => {
                    let __question = *__question;
                    let __at = #krate::statics::Place::element(&__at, #index);
                    #element
                }
                _ => ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN),
            },
            #krate::statics::Question::Call(__input) => {
                let mut __value = __input;
                let mut #index = 0;
                while #index < #list.len() {
                    let __question = #krate::statics::Question::Call(__value);
                    let __at = #krate::statics::Place::element(&__at, #index);
                    __value = match #element {
                        ::core::result::Result::Ok(__value) => __value,
                        ::core::result::Result::Err(__error) => {
                            return ::core::result::Result::Err(__error);
                        }
                    };
                    #index += 1;
                }
                ::core::result::Result::Ok(__value)
            }
            _ => ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN),
        }
    }}
}

/// The answer of an `Option`: that of the layer that it holds; without one it passes its input on.
fn option(held: &Type, value: TokenStream, krate: &TokenStream, depth: usize) -> TokenStream {
    let name: Ident = format_ident!("__held{depth}");
    let held = ask(held, name.to_token_stream(), krate, depth + 1);
    quote! {
        match (__question, #value) {
            (#krate::statics::Question::IsSome, __option) => ::core::result::Result::Ok(
                #krate::statics::Value::truth_of(__option.is_some()),
            ),
            // One turn, whatever is in it.
            (#krate::statics::Question::Len | #krate::statics::Question::At(..), _) => {
                ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN)
            }
            (_, ::core::option::Option::Some(#name)) => #held,
            (#krate::statics::Question::Call(__input), ::core::option::Option::None) => {
                ::core::result::Result::Ok(__input)
            }
            _ => ::core::result::Result::Ok(#krate::statics::Value::UNKNOWN),
        }
    }
}
