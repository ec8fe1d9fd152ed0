namespace XenKube.Booting.Grub;

/// <summary>A menu entry.</summary>
/// <param name="Title">What the menu shows.</param>
/// <param name="Id">The name by which <c>default</c> chooses it; empty where there is none.</param>
/// <param name="Body">What it does.</param>
/// <param name="Source">The script that has the entry.</param>
internal sealed record GrubEntry(string Title, string Id, IReadOnlyList<GrubStatement> Body, string Source);
