using System.Management.Automation;

namespace XenKube.Commands.Encodings;

/// <summary>Makes an encoding of a name or the number of a code page, as PowerShell's own cmdlets do.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EncodingTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string name => TextEncodings.ByName(name),
            int codePage => TextEncodings.ByCodePage(codePage),
            _ => inputData,
        };
}
