using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Tests.Images.Forge;

/// <summary>A key ring, a file, a signature, and what has to come of it.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Ring">The key file.</param>
/// <param name="File">The signed file.</param>
/// <param name="Signature">The signature file.</param>
/// <param name="Verdict">What README says.</param>
/// <param name="GpgAgrees">True if gpg's own verdict, mapped as README does, is the same.</param>
internal sealed record ForgedCase(string Name, byte[] Ring, byte[] File, byte[] Signature, SignatureVerdict Verdict, bool GpgAgrees = true)
{
    public override string ToString() => Name;
}
