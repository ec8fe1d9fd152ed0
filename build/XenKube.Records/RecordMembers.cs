using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace XenKube.Records;

/// <summary>
/// Hides from PowerShell what C# gives its records for itself: the methods of <c>with</c> and of patterns, and the accessors by which
/// <c>init</c> properties are set, which PowerShell would call at any time. The code of the assembly stays as it is; flags of the metadata
/// change (ECMA-335, II.22.26 and II.22.28).
/// </summary>
internal static class RecordMembers
{
    private const int SemanticsSize = 2;
    private const int FlagsOffset = 6;

    /// <summary>Changes the flags in the bytes of an assembly.</summary>
    public static void Hide(byte[] image)
    {
        using var file = new PEReader(new MemoryStream(image, writable: false));
        var metadata = file.GetMetadataReader();
        var start = file.PEHeaders.MetadataStartOffset;
        foreach (var method in metadata.MethodDefinitions)
        {
            if (metadata.GetString(metadata.GetMethodDefinition(method).Name) is "<Clone>$" or "Deconstruct")
            {
                // Get-Member leaves special names out.
                Row(image, start, metadata, TableIndex.MethodDef, method, out var row);
                var flags = BinaryPrimitives.ReadUInt16LittleEndian(row[FlagsOffset..]) | (int)MethodAttributes.SpecialName;
                BinaryPrimitives.WriteUInt16LittleEndian(row[FlagsOffset..], (ushort)flags);
            }
        }
        HideSetters(image, start, metadata);
    }

    // A property whose accessor is a setter no longer, but another method of the property, can be read alone.
    private static void HideSetters(byte[] image, int start, MetadataReader metadata)
    {
        var wide = metadata.GetTableRowCount(TableIndex.MethodDef) > ushort.MaxValue;
        for (var number = 1; number <= metadata.GetTableRowCount(TableIndex.MethodSemantics); number++)
        {
            Row(image, start, metadata, TableIndex.MethodSemantics, MetadataTokens.EntityHandle(TableIndex.MethodSemantics, number),
                out var row);
            var column = row[SemanticsSize..];
            var method = MetadataTokens.MethodDefinitionHandle(wide
                ? BinaryPrimitives.ReadInt32LittleEndian(column) : BinaryPrimitives.ReadUInt16LittleEndian(column));
            if (BinaryPrimitives.ReadUInt16LittleEndian(row) == (int)MethodSemanticsAttributes.Setter && IsInit(metadata, method))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(row, (ushort)MethodSemanticsAttributes.Other);
            }
        }
    }

    private static void Row(byte[] image, int start, MetadataReader metadata, TableIndex table, EntityHandle handle, out Span<byte> row)
    {
        var size = metadata.GetTableRowSize(table);
        row = image.AsSpan(start + metadata.GetTableMetadataOffset(table) + ((MetadataTokens.GetRowNumber(handle) - 1) * size), size);
    }

    // An init accessor returns "void modreq(IsExternalInit)".
    private static bool IsInit(MetadataReader metadata, MethodDefinitionHandle method)
    {
        var signature = metadata.GetBlobReader(metadata.GetMethodDefinition(method).Signature);
        signature.ReadSignatureHeader();
        signature.ReadCompressedInteger();
        return signature.ReadSignatureTypeCode() == SignatureTypeCode.RequiredModifier && signature.ReadTypeHandle() is
        {
            Kind: HandleKind.TypeReference
        } modifier && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)modifier).Name, "IsExternalInit");
    }

    private enum MethodSemanticsAttributes : ushort
    {
        Setter = 1,
        Other = 4,
    }
}
