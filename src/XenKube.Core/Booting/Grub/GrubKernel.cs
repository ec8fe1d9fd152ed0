namespace XenKube.Booting.Grub;

/// <summary>What a menu entry loaded.</summary>
/// <param name="Path">The kernel.</param>
/// <param name="Initrds">The initial file systems in memory.</param>
/// <param name="Arguments">The command line, a text for each word.</param>
internal sealed record GrubKernel(GrubPath Path, IReadOnlyList<GrubPath> Initrds, IReadOnlyList<GrubText> Arguments);
