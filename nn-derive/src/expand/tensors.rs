//! `#[derive(Tensors)]`: a struct of tensors as what goes in or out of a `call`.

use crate::errors::Errors;
use crate::{blocks, check, follow, messages, parse};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Member, parse_quote};

/// `#[derive(Tensors)]`.
pub fn tensors(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let krate = parse::of_tensors(&input.attrs, &mut errors);
    let name = input.ident.unraw().to_string();
    let fields = match &input.data {
        Data::Struct(data) if !data.fields.is_empty() => Some(&data.fields),
        _ => {
            errors.at(&input.ident, messages::tensors_of(&name));
            None
        }
    };
    for field in fields.into_iter().flatten() {
        check::tensors_of(&field.ty, &mut errors);
    }
    // `Tensors` demands it, and so would whatever uses the struct.
    let has_no_clone = blocks::has_no_clone(&name);
    if has_no_clone {
        errors.at(&input.ident, messages::tensors_without_clone(&name));
    }
    let inputs = inputs(&input, &krate);
    let Some(fields) = fields.filter(|_| errors.count() == 0) else {
        let stand_in = stand_in(&input, has_no_clone, &krate);
        let errors = errors.into_tokens();
        return quote!(#errors #stand_in #inputs);
    };
    let types: Vec<_> = fields.iter().map(|f| &f.ty).collect();
    let members: Vec<Member> = fields.members().collect();
    let names = members.iter().map(|member| match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    });
    let names: Vec<String> = names.collect();
    let are_tensors = types.iter().all(|ty| follow::is_tensor(ty));
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
    let shaped = types.iter().map(|ty| match generics.params.is_empty() {
        true => quote! {
            <#krate::__private::Given<{
                use #krate::__private::Otherwise as _;
                <#krate::__private::Kind<#ty>>::HOLDS_TENSORS
            }> as #krate::__private::Shaped<#ty>>
        },
        // What its parameters are is not known here.
        false => quote!(<#ty as #part>),
    });
    let shaped: Vec<TokenStream> = shaped.collect();
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #type_generics #where_clause {
            #[doc(hidden)]
            pub const __PARTS: #krate::statics::Parts = #krate::statics::Parts::of(&[#(#names),*], #are_tensors);
        }

        #[automatically_derived]
        impl #impl_generics #krate::Tensors for #ident #type_generics #where_clause {
            type Shapes = (#(#shaped::Shapes,)*);

            fn shapes(&self) -> Self::Shapes {
                (#(#shaped::shapes(&self.#members),)*)
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
                #(__names.extend(
                    #krate::__private::named(#names, <#types as #part>::names(&self.#members)),
                );)*
                __names
            }
        }
        #inputs
    }
}

/// What stands for a struct without the derive.
pub fn plain(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let has_no_clone = blocks::has_no_clone(&input.ident.unraw().to_string());
    let (stand_in, inputs) = (stand_in(input, has_no_clone, krate), inputs(input, krate));
    quote!(#stand_in #inputs)
}

/// What stands for a struct that has been reported, so that nothing is said of it where it is used. None of it is ever run.
fn stand_in(input: &DeriveInput, has_no_clone: bool, krate: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let clone = has_no_clone.then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::core::clone::Clone for #ident #type_generics #where_clause {
                fn clone(&self) -> Self {
                    ::core::unreachable!()
                }
            }
        }
    });
    quote! {
        #clone
        #[automatically_derived]
        impl #impl_generics #krate::Tensors for #ident #type_generics #where_clause {
            type Shapes = ();

            fn shapes(&self) {}

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
        }
    }
}

/// As an input: as it is, and by reference.
fn inputs(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let data = data(input, krate);
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
        #data
    }
}

/// As data to train on, by value and by reference.
fn data(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let (ident, mut generics) = (&input.ident, input.generics.clone());
    let (_, type_generics, _) = input.generics.split_for_impl();
    let ty = quote!(#ident #type_generics);
    if !generics.params.is_empty() {
        let predicates = &mut generics.make_where_clause().predicates;
        predicates.push(parse_quote!(#ty: #krate::Tensors));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let of = |by: TokenStream, this: TokenStream| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #krate::IntoTensors for #by #ty #where_clause {
                fn into_tensors(self) -> ::std::vec::Vec<#krate::Tensor> {
                    let __leaves = #krate::Tensors::leaves(#this);
                    ::core::iter::Iterator::collect(::core::iter::Iterator::cloned(
                        ::core::iter::IntoIterator::into_iter(__leaves),
                    ))
                }
            }
        }
    };
    let (owned, borrowed) = (of(quote!(), quote!(&self)), of(quote!(&), quote!(self)));
    quote!(#owned #borrowed)
}
