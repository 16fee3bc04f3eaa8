//! `#[derive(Tensors)]`: a struct of tensors as what goes in or out of a `call`.

use crate::errors::Errors;
use crate::{blocks, check, messages, parse};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Member, parse_quote};

/// `#[derive(Tensors)]`.
pub fn tensors(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let krate = parse::of_tensors(&input.attrs, &mut errors);
    let fields = match &input.data {
        Data::Struct(data) if !data.fields.is_empty() => &data.fields,
        _ => {
            errors.at(&input.ident, messages::tensors_of(input.ident.unraw()));
            return errors.into_tokens();
        }
    };
    for field in fields {
        check::tensors_of(&field.ty, &mut errors);
    }
    let name = input.ident.unraw().to_string();
    // `Tensors` demands it, and so would whatever uses the struct.
    let clone = blocks::has_no_clone(&name).then(|| {
        errors.at(&input.ident, messages::tensors_without_clone(&name));
        stand_in(
            &input,
            quote!(::core::clone::Clone),
            quote! {
                fn clone(&self) -> Self {
                    ::core::unreachable!()
                }
            },
        )
    });
    if errors.count() > 0 {
        let tensors = stand_in(
            &input,
            quote!(#krate::Tensors),
            quote! {
                type Shapes = ();

                fn shapes(&self) -> Self::Shapes {}

                fn for_each<'__a>(&'__a self, _: &mut dyn ::core::ops::FnMut(&'__a #krate::Tensor)) {}

                fn map(self, _: &mut dyn ::core::ops::FnMut(#krate::Tensor) -> #krate::Tensor) -> Self {
                    self
                }

                fn fill(
                    _: &mut dyn ::core::ops::FnMut() -> ::core::option::Option<#krate::Tensor>,
                ) -> #krate::Result<Self> {
                    ::core::unreachable!()
                }

                fn failed(_: #krate::Error) -> Self {
                    ::core::unreachable!()
                }
            },
        );
        let (errors, inputs) = (errors.into_tokens(), inputs(&input, &krate));
        return quote!(#errors #clone #tensors #inputs);
    }
    let types: Vec<_> = fields.iter().map(|f| &f.ty).collect();
    let members: Vec<Member> = fields.members().collect();
    let names = members.iter().map(|member| match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    });
    let variables: Vec<_> = (0..members.len()).map(|i| format_ident!("__{i}")).collect();
    let mut generics = input.generics.clone();
    if !generics.params.is_empty() {
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.push(parse_quote!(Self: ::core::clone::Clone + 'static));
        for ty in &types {
            predicates.push(parse_quote!(#ty: #krate::Tensors));
        }
    }
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let part = quote!(#krate::Tensors);
    let tensors = quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Tensors for #ident #type_generics #where_clause {
            type Shapes = (#(<#types as #part>::Shapes,)*);

            fn shapes(&self) -> Self::Shapes {
                (#(<#types as #part>::shapes(&self.#members),)*)
            }

            fn for_each<'__a>(&'__a self, __visit: &mut dyn ::core::ops::FnMut(&'__a #krate::Tensor)) {
                #(<#types as #part>::for_each(&self.#members, __visit);)*
            }

            fn map(
                self,
                __f: &mut dyn ::core::ops::FnMut(#krate::Tensor) -> #krate::Tensor,
            ) -> Self {
                Self { #(#members: <#types as #part>::map(self.#members, __f),)* }
            }

            fn fill(
                __next: &mut dyn ::core::ops::FnMut() -> ::core::option::Option<#krate::Tensor>,
            ) -> #krate::Result<Self> {
                #(let #variables = <#types as #part>::fill(__next)?;)*
                ::core::result::Result::Ok(Self { #(#members: #variables,)* })
            }

            fn failed(__error: #krate::Error) -> Self {
                Self {
                    #(#members: <#types as #part>::failed(::core::clone::Clone::clone(&__error)),)*
                }
            }

            fn names(&self) -> ::std::vec::Vec<::std::string::String> {
                let mut __names = ::std::vec::Vec::new();
                #(__names.extend(#krate::__private::named(#names, &self.#members));)*
                __names
            }
        }
    };
    let inputs = inputs(&input, &krate);
    quote!(#tensors #inputs)
}

/// A trait whose methods are never run: the mistake of the struct has been reported, and nothing else should be.
fn stand_in(input: &DeriveInput, of: TokenStream, body: TokenStream) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #of for #ident #type_generics #where_clause {
            #body
        }
    }
}

/// As an input: as it is, and by reference.
fn inputs(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    let by_value = {
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #impl_generics #krate::IntoInput<#ident #type_generics> for #ident #type_generics #where_clause {
                fn into_input(self) -> Self {
                    self
                }
            }
        }
    };
    if !generics.params.is_empty() {
        let (_, type_generics, _) = input.generics.split_for_impl();
        let clause = generics.make_where_clause();
        clause
            .predicates
            .push(parse_quote!(#ident #type_generics: ::core::clone::Clone));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #by_value
        #[automatically_derived]
        impl #impl_generics #krate::IntoInput<#ident #type_generics> for &#ident #type_generics #where_clause {
            fn into_input(self) -> #ident #type_generics {
                ::core::clone::Clone::clone(self)
            }
        }
    }
}
