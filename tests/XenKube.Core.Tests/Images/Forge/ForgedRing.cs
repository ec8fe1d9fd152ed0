using System.Text;

namespace XenKube.Tests.Images.Forge;

/// <summary>Parts of a key ring and their signatures.</summary>
internal static class ForgedRing
{
    public static byte[] Primary(ForgedKey key) => Bytes.Packet(6, key.Body);

    public static byte[] Subkey(ForgedKey key) => Bytes.Packet(14, key.Body);

    public static byte[] UserId(string text) => Bytes.Packet(13, Encoding.UTF8.GetBytes(text));

    public static byte[] Flags(int flags) => Bytes.Sub(27, [(byte)flags]);

    public static byte[] Lifetime(uint seconds) => Bytes.Sub(9, Bytes.Number32(seconds));

    public static byte[] Reason(int reason) => Bytes.Sub(29, [(byte)reason]);

    /// <summary>A self-signature of a user id, or one by another key.</summary>
    public static byte[] SelfSignature(ForgedKey key, string userId, ForgedSignature signature)
    {
        var text = Encoding.UTF8.GetBytes(userId);
        return signature.Packet(signature.Version == 3 ? [.. key.Hashed, .. text] : [.. key.Hashed, 0xB4, .. Bytes.Number32((uint)text.Length), .. text]);
    }

    /// <summary>A signature over the primary alone.</summary>
    public static byte[] Direct(ForgedKey key, ForgedSignature signature) => signature.Packet(key.Hashed);

    /// <summary>A signature over primary and subkey.</summary>
    public static byte[] Binding(ForgedKey key, ForgedKey subkey, ForgedSignature signature) => signature.Packet([.. key.Hashed, .. subkey.Hashed]);

    /// <summary>The subpacket with a back signature.</summary>
    public static byte[] Back(ForgedKey key, ForgedKey subkey, ForgedSignature signature) => Bytes.Sub(32, signature.Body([.. key.Hashed, .. subkey.Hashed]));

    /// <summary>The subpacket with the back signature as it should be.</summary>
    public static byte[] Back(ForgedKey key, ForgedKey subkey) => Back(key, subkey, new ForgedSignature(subkey, 0x19, subkey.Created));

    /// <summary>A primary that certifies and signs, with its user id.</summary>
    public static byte[] Ring(ForgedKey key, string userId = "A <a@xenkube.example>", params byte[] more) =>
        [.. Primary(key), .. UserId(userId), .. SelfSignature(key, userId, new ForgedSignature(key, 0x13, key.Created) { Hashed = [.. Flags(3), .. more] })];

    /// <summary>A subkey that signs.</summary>
    public static byte[] SigningSubkey(ForgedKey key, ForgedKey subkey, params byte[] more) =>
        [.. Subkey(subkey), .. Binding(key, subkey, new ForgedSignature(key, 0x18, subkey.Created) { Hashed = [.. Flags(2), .. more], Unhashed = Back(key, subkey) })];
}
