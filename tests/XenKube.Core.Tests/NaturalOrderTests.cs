namespace XenKube.Tests;

public sealed class NaturalOrderTests
{
    [Fact]
    public void Names_are_ordered_as_people_count()
    {
        string[] ordered = ["", "1", "2", "10", "a", "node-01", "node-1", "node-2", "node-2a", "node-10", "node-10-1", "node-99999999999999999999", "node-100000000000000000000", "nodf"];
        Assert.Equal(ordered, ordered.Reverse().Order(NaturalOrder.Instance));
        foreach (var (left, right) in ordered.SelectMany(left => ordered.Select(right => (left, right))))
        {
            Assert.Equal(Math.Sign(NaturalOrder.Instance.Compare(left, right)), -Math.Sign(NaturalOrder.Instance.Compare(right, left)));
            Assert.Equal(left == right, NaturalOrder.Instance.Compare(left, right) == 0);
        }
    }
}
