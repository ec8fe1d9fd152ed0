using System.Globalization;

namespace XenKube.Booting.Grub;

/// <summary>Where a piece of a kernel's command line was written.</summary>
/// <param name="Source">A file or a part of the boot chain, such as <c>OEM:/grub.cfg</c>.</param>
/// <param name="Line">The line, from 1 on; 0 where there is none.</param>
internal readonly record struct GrubOrigin(string Source, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}, line {Line}");
}
