using XenKube.Booting;
using XenKube.Disks;

namespace XenKube.Tests.Booting;

/// <summary>The choice of gptprio.next; the states are those of GRUB's own test of the command (tests/gptprio_test.in).</summary>
public class UsrSlotTests
{
    // Priority, tries and successful of A and B; the letter that is booted, and its tries afterwards.
    [Theory]
    [InlineData(3, 0, true, 2, 0, true, "A", 0)]
    [InlineData(2, 0, true, 3, 0, true, "B", 0)]
    [InlineData(3, 1, false, 2, 0, true, "A", 0)]
    [InlineData(3, 0, false, 2, 0, true, "B", 0)]
    [InlineData(3, 2, true, 2, 1, true, "A", 1)]
    [InlineData(3, 0, false, 2, 1, false, "B", 0)]
    [InlineData(2, 0, true, 2, 0, true, "A", 0)]
    [InlineData(0, 15, true, 1, 1, false, "B", 0)]
    [InlineData(15, 15, false, 1, 1, true, "A", 14)]
    [InlineData(3, 0, false, 2, 0, false, null, 0)]
    [InlineData(0, 1, true, 0, 1, true, null, 0)]
    public void Slot_is_chosen_by_priority_among_those_that_may_be_tried(int priorityA, int triesA, bool goodA, int priorityB, int triesB, bool goodB, string? expected, int triesAfter)
    {
        var slot = UsrSlot.Choose([Partition("A", priorityA, triesA, goodA), Partition("B", priorityB, triesB, goodB)]);
        Assert.Equal(expected, slot?.Partition.Label[^1..]);
        Assert.Equal(triesAfter, slot?.TriesAfter ?? 0);
    }

    [Fact]
    public void A_try_changes_its_bits_alone()
    {
        var slot = UsrSlot.Of(Partition("A", 5, 3, true));
        Assert.Equal((1UL << 56) | (2UL << 52) | (5UL << 48) | 4, slot.AttributesAfter);
    }

    private static DiskPartition Partition(string letter, int priority, int tries, bool isSuccessful) => new()
    {
        Number = letter[0] - 'A' + 3,
        Label = $"USR-{letter}",
        TypeName = "Container Linux /usr",
        TypeId = new Guid("5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6"),
        UniqueId = Guid.NewGuid(),
        Start = 0,
        End = 511,
        Size = 512,
        Flags = [],
        DiskPath = "disk",
        Priority = priority,
        Tries = tries,
        Successful = isSuccessful,
        Attributes = ((isSuccessful ? 1UL : 0) << 56) | ((ulong)tries << 52) | ((ulong)priority << 48) | 4,
    };
}
