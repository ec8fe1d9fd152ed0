using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace XenKube.Tests.Support;

/// <summary>One call in compiled code.</summary>
/// <param name="Caller">Full name of the outermost type that has the calling method.</param>
/// <param name="Type">Full name of the type whose method is called.</param>
/// <param name="Name">The called method; <c>.ctor</c> is a constructor.</param>
internal sealed record CompiledCall(string Caller, string Type, string Name);

/// <summary>Reads what the compiler made, for tests of rules that source text cannot be trusted to show.</summary>
internal static class CompiledCode
{
    /// <summary>The calls in an assembly, which is read and not loaded.</summary>
    public static IEnumerable<CompiledCall> Calls(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        var calls = new List<CompiledCall>();
        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }
            var caller = NameOf(reader, Outermost(reader, method.GetDeclaringType()));
            foreach (var token in CalledTokens(file.GetMethodBody(method.RelativeVirtualAddress).GetILReader()))
            {
                if (Resolve(reader, token) is { } called)
                {
                    calls.Add(new CompiledCall(caller, called.Type, called.Name));
                }
            }
        }
        return calls;
    }

    private static (string Type, string Name)? Resolve(MetadataReader reader, EntityHandle token)
    {
        switch (token.Kind)
        {
            case HandleKind.MethodSpecification:
                return Resolve(reader, reader.GetMethodSpecification((MethodSpecificationHandle)token).Method);
            case HandleKind.MethodDefinition:
                var method = reader.GetMethodDefinition((MethodDefinitionHandle)token);
                return (NameOf(reader, method.GetDeclaringType()), reader.GetString(method.Name));
            case HandleKind.MemberReference:
                var member = reader.GetMemberReference((MemberReferenceHandle)token);
                var parent = member.Parent;
                if (parent.Kind == HandleKind.TypeSpecification)
                {
                    // An instantiated generic type: 0x15, class or value type, the generic type.
                    var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
                    if (blob.ReadByte() != 0x15)
                    {
                        return null;
                    }
                    blob.ReadByte();
                    parent = blob.ReadTypeHandle();
                }
                return parent.Kind is HandleKind.TypeDefinition or HandleKind.TypeReference ? (NameOf(reader, parent), reader.GetString(member.Name)) : null;
            default:
                return null;
        }
    }

    private static string NameOf(MetadataReader reader, EntityHandle type)
    {
        if (type.Kind == HandleKind.TypeReference)
        {
            var reference = reader.GetTypeReference((TypeReferenceHandle)type);
            return $"{reader.GetString(reference.Namespace)}.{reader.GetString(reference.Name)}";
        }
        var definition = reader.GetTypeDefinition((TypeDefinitionHandle)type);
        return $"{reader.GetString(definition.Namespace)}.{reader.GetString(definition.Name)}";
    }

    private static TypeDefinitionHandle Outermost(MetadataReader reader, TypeDefinitionHandle type)
    {
        while (reader.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
        {
            type = outer;
        }
        return type;
    }

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    private static List<EntityHandle> CalledTokens(BlobReader code)
    {
        var tokens = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == 0xFE)
            {
                value = 0xFE00 | code.ReadByte();
            }
            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineMethod:
                    tokens.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var count = code.ReadInt32();
                    code.Offset += 4 * count;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }
        return tokens;
    }
}
